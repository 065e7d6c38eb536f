-- A line adds up its pumps, and is short when several are in alarm.
local function pumps_of(t, line, count)
  local pumps = {}
  for i = 1, count do
    pumps[i] = t:twin("pump-" .. i, { relationships = { part_of = line }, telemetry = { flow = 100 } })
  end
  return pumps
end

return {
  throughput_is_the_sum_of_the_pumps = function(t)
    local line = t:twin("line-1")
    pumps_of(t, line, 3)
    t:advance("11s")
    t:equal(line.derived.throughput, 300)
    t:equal(line.derived.alarms_active, 0)
  end,

  one_pump_in_alarm_is_counted_and_two_are_too_many = function(t)
    local line = t:twin("line-1")
    local pumps = pumps_of(t, line, 3)
    t:sample(pumps[1], { temperature = 95 })
    t:advance("31s")
    t:equal(line.derived.alarms_active, 1)
    t:clear(line, "short_of_pumps")
    t:sample(pumps[2], { vibration = 9 })
    t:advance("6s")
    t:raised(line, "short_of_pumps")
  end,

  and_it_is_well_again_when_they_are = function(t)
    local line = t:twin("line-1")
    local pumps = pumps_of(t, line, 2)
    for _, pump in ipairs(pumps) do t:sample(pump, { vibration = 9 }) end
    t:advance("6s")
    t:raised(line, "short_of_pumps")
    t:sample(pumps[1], { vibration = 2 })
    t:clear(line, "short_of_pumps")
  end,
}
