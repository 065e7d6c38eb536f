-- A low battery tells its vehicle; a cycle is the capacity out and in once.
local function on_throughput(battery)
  battery.derived.cycles = (battery.derived.moved or 0) / (2 * battery.parameters.capacity)
end

local function on_low_charge(battery, alarm)
  if not alarm.active then return end
  for vehicle in battery:related("part_of") do
    battery:send(vehicle, "battery_low", { soc = battery.telemetry.soc })
  end
end

return { on = { throughput = on_throughput, ["alarm.low_charge"] = on_low_charge } }
