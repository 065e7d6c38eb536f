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
  it_is_said_when_it_leaves_the_area_around_its_depot = function(t)
    local vehicle = t:twin("vehicle-1", { parameters = { depot = { lat = 52.5, lon = 13.4 }, radius = 30 } })
    t:equal(vehicle.derived.from_depot, nil)
    t:sample(vehicle, { position = { lat = 52.4, lon = 13.4 } })
    t:equal(vehicle.derived.from_depot, 11.119, 0.001)
    t:clear(vehicle, "out_of_area")
    t:sample(vehicle, { position = { lat = 52.4, lon = 13.06, alt = 35 } }) -- Potsdam
    t:equal(vehicle.derived.from_depot, 25.607, 0.3)
    t:sample(vehicle, { position = { lat = 52.4, lon = 12.55 } }) -- Brandenburg
    t:raised(vehicle, "out_of_area")
    t:sample(vehicle, { position = { lat = 52.5, lon = 13.4 } })
    t:equal(vehicle.derived.from_depot, 0)
    t:clear(vehicle, "out_of_area")
  end,
  a_cycle_is_the_capacity_out_and_in = function(t)
    t:twin("vehicle-1")
    local battery = t:other("vehicle-1:battery")
    t:sample(battery, { throughput = 0 })
    t:sample(battery, { throughput = 600 })
    t:equal(battery.derived.cycles, 2)
  end,
}
