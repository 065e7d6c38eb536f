-- A stuffy zone is aired until it is well again, unless the air outside is worse.
local WIDE = 100 -- % of the damper
local OUTDOOR_WORST = 5 -- mg/m3 of CO above which nobody wants the air from outside

local function on_temperature(zone, temperature)
  local wanted = zone.reported.setpoint
  zone.derived.discomfort = wanted and math.abs(temperature - wanted)
end

local function is_bad_outside(zone)
  for station in zone:related("outdoor") do
    if (station.telemetry.co_reference or 0) > OUTDOOR_WORST then return true end
  end
  return false
end

local function on_stuffy_air(zone, alarm)
  if alarm.active and not is_bad_outside(zone) then
    zone.state.usual_damper = zone.reported.damper
    zone.desired.damper = WIDE
  elseif not alarm.active and zone.state.usual_damper then
    zone.desired.damper, zone.state.usual_damper = zone.state.usual_damper, nil
  end
end

local function on_stale(zone) zone:raise("blind") end
local function on_input(zone) zone:clear("blind") end

return { on = { temperature = on_temperature, ["alarm.stuffy_air"] = on_stuffy_air, stale = on_stale, input = on_input } }
