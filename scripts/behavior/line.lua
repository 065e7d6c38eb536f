-- A line adds up its pumps: at once when one of them raises an alarm, and every ten seconds.
local FEW = 2 -- pumps in alarm that leave the line short

local function add_up(line)
  local throughput, alarms = 0, 0
  for member in line:related("part_of", "in") do
    if member.model == "pump" then
      throughput = throughput + (member.telemetry.flow or 0)
      if member:is_raised("overheating") or member:is_raised("high_vibration") then alarms = alarms + 1 end
    end
  end
  line.derived.throughput, line.derived.alarms_active = throughput, alarms
  if alarms >= FEW then line:raise("short_of_pumps") else line:clear("short_of_pumps") end
end

local function on_pump_alarm(line, args, from)
  line:log(("%s: %s %s"):format(from.id, args.name, args.active and "raised" or "cleared"))
  add_up(line)
end

return { on = { ["event.pump_alarm"] = on_pump_alarm }, every = { ["10s"] = add_up } }
