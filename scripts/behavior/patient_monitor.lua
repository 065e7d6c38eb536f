-- A heart that races is a reason to measure the pressure; a silent sensor is no good news.
local AGAIN = 120 -- s between two measurements by itself

local function on_tachycardia(monitor, alarm)
  local now = clock.now()
  if not alarm.active or (monitor.state.asked and now - monitor.state.asked < AGAIN) then return end
  monitor.state.asked = now
  monitor:command("measure_pressure")
end

local function on_diastolic(monitor, diastolic)
  local systolic = monitor.telemetry.systolic
  if systolic then monitor.derived.mean_pressure = diastolic + (systolic - diastolic) / 3 end
end

local function on_stale(monitor, sample)
  monitor:raise("sensor_off")
  monitor:after("look", "1m")
  monitor:log(("%s is silent at bed %s"):format(sample.field, monitor.attributes.bed or "?"))
end

local function on_input(monitor)
  monitor:clear("sensor_off")
  monitor:cancel("look")
end

local function look(monitor) monitor:log("still silent after a minute") end

return {
  on = {
    ["alarm.tachycardia"] = on_tachycardia, diastolic = on_diastolic, stale = on_stale, input = on_input, ["timer.look"] = look,
  },
}
