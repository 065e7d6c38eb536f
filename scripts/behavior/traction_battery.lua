-- A low battery tells its vehicle; a cycle is the capacity out and in once; and what a percent of charge takes in
-- ampere-hours tells what the battery still holds.
local LONGEST_GAP = 60 -- s between two currents; beyond it nobody knows what flowed
local STEP = 1 -- % of charge between two looks: its resolution is a hundredth of that

local function on_throughput(battery)
  battery.derived.cycles = (battery.derived.moved or 0) / (2 * battery.parameters.capacity)
end

local function begin(battery)
  battery.state.counted, battery.state.from_soc = 0, battery.telemetry.soc
end

local function on_current(battery, current)
  local at, last = battery:sample("current").at, battery.state.counted_at
  battery.state.counted_at = at
  if not last or at - last > LONGEST_GAP then return begin(battery) end
  battery.state.counted = battery.state.counted + current * (at - last) / 3600
end

local function on_input(battery)
  local soc, from = battery.telemetry.soc, battery.state.from_soc
  if not soc or not battery.state.counted then return end
  if not from then return begin(battery) end
  if math.abs(soc - from) < STEP then return end
  battery.state.holds:add(100 * battery.state.counted / (from - soc))
  battery.derived.soh = math.max(0, math.min(150, 100 * battery.state.holds.mean / battery.parameters.capacity))
  begin(battery)
end

local function on_low_charge(battery, alarm)
  if not alarm.active then return end
  for vehicle in battery:related("part_of") do
    battery:send(vehicle, "battery_low", { soc = battery.telemetry.soc })
  end
end

return {
  on = { throughput = on_throughput, current = on_current, input = on_input, ["alarm.low_charge"] = on_low_charge },
}
