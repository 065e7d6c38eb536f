-- A turbine looks into the wind and is compared with its power curve; a hot one gives half until it has cooled.
local CUT_IN, RATED_WIND, CUT_OUT = 3, 12, 25 -- m/s
local WORTH_COMPARING = 0.1 -- of the rated power: below it the curve says little
local HALF = 0.5
local OFF = 8 -- deg from the wind that are worth turning for
local LOOKS = 60 -- their mean counts: as many as state.off has

-- What the curve promises, kW: the cube of the wind between cut-in and rated.
local function expected(turbine, wind)
  local rated = turbine.parameters.rated_power
  if wind < CUT_IN or wind > CUT_OUT then return 0 end
  if wind >= RATED_WIND then return rated end
  return rated * (wind ^ 3 - CUT_IN ^ 3) / (RATED_WIND ^ 3 - CUT_IN ^ 3)
end

-- How far it looks beside the wind, -180 to 180, for each direction that is measured.
local function on_wind_direction(turbine, direction)
  local yaw = turbine.reported.yaw
  if yaw then turbine.state.off:add((direction - yaw + 180) % 360 - 180) end
end

local function every_minute(turbine)
  local yaw, off = turbine.reported.yaw, turbine.state.off
  if #off < LOOKS or math.abs(off:mean()) < OFF then return end
  turbine.desired.yaw = (yaw + off:mean()) % 360
end

local function on_input(turbine)
  local wind, power = turbine.telemetry.wind_speed, turbine.telemetry.power
  if not wind or not power then return end
  local rated = turbine.parameters.rated_power
  turbine.state.share:add(power / rated)
  turbine.derived.capacity_factor = 100 * turbine.state.share.mean
  local promised = math.min(expected(turbine, wind), turbine.reported.power_limit or rated)
  turbine.derived.missing = promised > WORTH_COMPARING * rated and 100 * math.max(0, 1 - power / promised) or 0
end

local function on_gearbox_hot(turbine, alarm)
  if alarm.active then
    turbine.state.limited_from = turbine.reported.power_limit or turbine.parameters.rated_power
    turbine.desired.power_limit = turbine.state.limited_from * HALF
  elseif turbine.state.limited_from then
    turbine.desired.power_limit, turbine.state.limited_from = turbine.state.limited_from, nil
  end
end

-- What an operator wants of it in the meantime stays.
local function on_desired_power_limit(turbine) turbine.state.limited_from = nil end

return {
  on = {
    wind_direction = on_wind_direction, input = on_input, ["alarm.gearbox_hot"] = on_gearbox_hot,
    ["desired.power_limit"] = on_desired_power_limit,
  },
  every = { ["1m"] = every_minute },
}
