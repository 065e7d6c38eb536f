-- A hot pump slows down, flushes its cooling jacket and warns the tanks it feeds; a cool and calm one goes back to where it was.
local scale = require "lib.scale"

local SLOW = 0.5 -- share of its speed that a hot pump keeps
local FLUSH = 60 -- s that a hot pump's cooling jacket is flushed

local function tell_line(pump, alarm)
  for line in pump:related("part_of") do pump:send(line, "pump_alarm", { name = alarm.name, active = alarm.active }) end
end

local function slow_down(pump)
  local speed = pump.desired.speed or pump.reported.speed
  if not speed or pump.state.slowed_from then return end
  pump.state.slowed_from = speed
  pump.desired.speed = speed * SLOW
  for tank in pump:related("feeds") do pump:send(tank, "inflow_reduced", { by = 100 * (1 - SLOW) }) end
end

local function go_back(pump)
  if not pump.state.slowed_from or pump:is_raised("overheating") or pump:is_raised("high_vibration") then return end
  pump.desired.speed, pump.state.slowed_from = pump.state.slowed_from, nil
end

local function on_overheating(pump, alarm)
  if alarm.active then
    slow_down(pump)
    pump:command("flush", { seconds = FLUSH })
  else
    go_back(pump)
  end
  tell_line(pump, alarm)
end

local function on_high_vibration(pump, alarm)
  if not alarm.active then go_back(pump) end
  tell_line(pump, alarm)
end

local function on_vibration(pump)
  local new, limit = pump.parameters.vibration_new, pump.parameters.vibration_limit
  pump.derived.health = 100 * scale.share(pump.state.wear.mean, limit, new)
end

local function on_flush(pump, command)
  if command.state == "failed" or command.state == "timed_out" then
    pump:log("flush " .. command.id .. " " .. command.state .. ": " .. command.result)
  end
end

local function on_serviced(pump, args)
  pump:log("serviced by " .. (args.by or "nobody named"))
  go_back(pump)
end

return {
  on = {
    vibration = on_vibration,
    ["alarm.overheating"] = on_overheating, ["alarm.high_vibration"] = on_high_vibration,
    ["event.serviced"] = on_serviced, ["command.flush"] = on_flush,
  },
}
