-- What a battery still holds, from the current that its charge took.
local function drive(t, battery, seconds, current, capacity)
  local soc = battery.telemetry.soc or 80
  for _ = 1, seconds / 10 do
    t:advance("10s")
    soc = soc - 100 * current * 10 / 3600 / capacity
    t:sample(battery, { current = current, soc = soc })
  end
end

return {
  a_battery_that_lost_cells_shows_it = function(t)
    t:twin("vehicle-1")
    local battery = t:other("vehicle-1:battery")
    drive(t, battery, 1200, 30, 90)
    t:equal(battery.derived.soh, 60, 1)
    t:raised(battery, "worn")
  end,

  charging_shows_it_as_well = function(t)
    t:twin("vehicle-1")
    local battery = t:other("vehicle-1:battery")
    drive(t, battery, 600, -100, 150)
    t:equal(battery.derived.soh, 100, 1)
    t:clear(battery, "worn")
  end,

  a_gap_is_no_measurement = function(t)
    t:twin("vehicle-1")
    local battery = t:other("vehicle-1:battery")
    drive(t, battery, 20, 30, 150)
    t:advance("1h")
    t:sample(battery, { current = 30, soc = 40 })
    t:equal(battery.derived.soh, nil)
  end,

  its_charge_is_forecast = function(t)
    t:twin("vehicle-1")
    local battery = t:other("vehicle-1:battery")
    drive(t, battery, 600, 30, 150)
    local left = t:forecast(battery, "charge_left")
    t:equal(left.value, (battery.telemetry.soc - 20) * 1.5 / 30, 0.05)
  end,
}
