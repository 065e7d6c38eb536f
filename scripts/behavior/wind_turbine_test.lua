-- A turbine against its curve, its wind and its heat; and the farm.
return {
  a_turbine_is_compared_with_its_curve = function(t)
    local turbine = t:twin("turbine-1", { reported = { power_limit = 2000 } })
    t:sample(turbine, { wind_speed = 12, power = 2000 })
    t:equal(turbine.derived.missing, 0)
    t:sample(turbine, { wind_speed = 12, power = 1000 })
    t:equal(turbine.derived.missing, 50, 0.01)
  end,
  a_hot_gearbox_halves_the_power = function(t)
    local turbine = t:twin("turbine-1", { reported = { power_limit = 2000 } })
    t:sample(turbine, { gearbox_temperature = 82 })
    t:advance("11s")
    t:raised(turbine, "gearbox_hot")
    t:equal(turbine.desired.power_limit, 1000)
    t:sample(turbine, { gearbox_temperature = 65 })
    t:equal(turbine.desired.power_limit, 2000)
  end,
  the_leads_of_its_thermometer_are_taken_off = function(t)
    local turbine = t:twin("turbine-1", { telemetry = { gearbox_temperature = 61.5 } })
    t:equal(turbine.telemetry.gearbox_temperature, 60)
    t:equal(turbine:sample("gearbox_temperature").raw, 61.5)
  end,
  what_an_operator_wants_of_a_hot_one_stays = function(t)
    local turbine = t:twin("turbine-1", { reported = { power_limit = 2000 } })
    t:sample(turbine, { gearbox_temperature = 82 })
    t:advance("11s")
    t:desire(turbine, { power_limit = 500 })
    t:sample(turbine, { gearbox_temperature = 65 })
    t:equal(turbine.desired.power_limit, 500)
  end,
  it_turns_into_the_wind_the_short_way = function(t)
    local turbine = t:twin("turbine-1", { reported = { yaw = 340 } })
    for i = 1, 60 do
      t:sample(turbine, { wind_direction = i % 2 == 0 and 352 or 12 })
      t:advance("2s")
    end
    t:advance("1m")
    t:equal(turbine.desired.yaw, 2, 0.001)
  end,
  and_not_for_every_gust = function(t)
    local turbine = t:twin("turbine-1", { reported = { yaw = 90 } })
    for i = 1, 60 do
      t:sample(turbine, { wind_direction = 90 + (i % 2 == 0 and 20 or -20) })
      t:advance("2s")
    end
    t:advance("1m")
    t:equal(turbine.desired.yaw, nil)
  end,
  a_turbine_in_maintenance_alarms_no_farm = function(t)
    local farm = t:twin("farm-1")
    local turbine = t:twin("turbine-1", { relationships = { part_of = farm }, telemetry = { gearbox_temperature = 90 } })
    t:advance("11s")
    t:equal(farm.derived.worst, 3)
    t:raised(farm, "in_alarm")
    t:lifecycle(turbine, "maintenance")
    t:advance("1s")
    t:raised(turbine, "gearbox_hot")
    t:equal(farm.derived.worst, 0)
    t:clear(farm, "in_alarm")
  end,
  the_farm_adds_up_its_turbines = function(t)
    local farm = t:twin("farm-1")
    for i = 1, 3 do
      local turbine = t:twin("turbine-" .. i, { relationships = { part_of = farm } })
      t:sample(turbine, { power = 100 * i })
    end
    t:advance("1s")
    t:equal(farm.derived.power, 600)
    t:equal(farm.derived.turbines, 3)
  end,
}
