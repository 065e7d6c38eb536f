-- A line counts its pumps in alarm when one of them says so, and when a pump came or went.
local FEW = 2 -- pumps in alarm that leave the line short

local function count_alarms(line)
  local alarms = 0
  for member in line:related("part_of", "in") do
    if member.model == "pump" and (member:is_raised("overheating") or member:is_raised("high_vibration")) then
      alarms = alarms + 1
    end
  end
  line.derived.alarms_active = alarms
  if alarms >= FEW then line:raise("short_of_pumps") else line:clear("short_of_pumps") end
end

local function on_pump_alarm(line, args, from)
  line:log(("%s: %s %s"):format(from.id, args.name, args.active and "raised" or "cleared"))
  count_alarms(line)
end

return { on = { ["event.pump_alarm"] = on_pump_alarm, members = count_alarms } }
