-- A vehicle and its battery.
return {
  a_low_battery_slows_its_vehicle_until_it_is_charged = function(t)
    local vehicle = t:twin("vehicle-1", { reported = { speed_limit = 120 } })
    local battery = t:other("vehicle-1:battery")
    t:sample(battery, { soc = 10 })
    t:raised(battery, "low_charge")
    t:raised(vehicle, "drive_home")
    t:equal(vehicle.desired.speed_limit, 60)
    t:sample(vehicle, { charging = true })
    t:clear(vehicle, "drive_home")
    t:equal(vehicle.desired.speed_limit, 120)
  end,
  its_range_is_what_the_battery_has_left = function(t)
    local vehicle = t:twin("vehicle-1")
    t:sample("vehicle-1:battery", { soc = 50 })
    t:sample(vehicle, { odometer = 1000 })
    t:equal(vehicle.derived.range_left, 163.2, 0.1)
  end,
  a_cycle_is_the_capacity_out_and_in = function(t)
    t:twin("vehicle-1")
    local battery = t:other("vehicle-1:battery")
    t:sample(battery, { throughput = 0 })
    t:sample(battery, { throughput = 600 })
    t:equal(battery.derived.cycles, 2)
  end,
}
