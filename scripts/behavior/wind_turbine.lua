-- A turbine is compared with its power curve; a hot one gives half until it has cooled.
local CUT_IN, RATED_WIND, CUT_OUT = 3, 12, 25 -- m/s
local WORTH_COMPARING = 0.1 -- of the rated power: below it the curve says little
local HALF = 0.5

-- What the curve promises, kW: the cube of the wind between cut-in and rated.
local function expected(turbine, wind)
  local rated = turbine.parameters.rated_power
  if wind < CUT_IN or wind > CUT_OUT then return 0 end
  if wind >= RATED_WIND then return rated end
  return rated * (wind ^ 3 - CUT_IN ^ 3) / (RATED_WIND ^ 3 - CUT_IN ^ 3)
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

return { on = { input = on_input, ["alarm.gearbox_hot"] = on_gearbox_hot } }
