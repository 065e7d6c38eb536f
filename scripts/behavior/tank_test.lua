-- A tank knows how long it lasts and when its inflow is short.
return {
  a_draining_tank_says_how_long_it_lasts = function(t)
    local tank = t:twin("tank-1", { parameters = { area = 1, low = 0.5 } })
    for _ = 1, 30 do
      t:sample(tank, { inflow = 50, outflow = 150, level = 1.5 })
      t:advance("10s")
    end
    t:equal(tank.derived.time_to_low, 10, 0.01) -- 1000 l above low, 100 l/min less
  end,

  a_filling_one_says_nothing = function(t)
    local tank = t:twin("tank-1")
    t:sample(tank, { inflow = 150, outflow = 50, level = 1.5 })
    t:sample(tank, { level = 1.6 })
    t:equal(tank.derived.time_to_low, nil)
  end,

  a_low_level_is_an_alarm_until_it_is_well_above = function(t)
    local tank = t:twin("tank-1", { telemetry = { level = 0.55 } })
    t:advance("6s")
    t:raised(tank, "low_level")
    t:sample(tank, { level = 0.65 })
    t:raised(tank, "low_level")
    t:sample(tank, { level = 0.75 })
    t:clear(tank, "low_level")
  end,

  a_short_inflow_that_recovers_is_forgotten = function(t)
    local pump, tank = t:twin("pump-1"), t:twin("tank-1", { telemetry = { inflow = 200 } })
    t:event(tank, "inflow_reduced", { by = 50 }, pump)
    t:sample(tank, { inflow = 100 })
    t:raised(tank, "inflow_short")
    t:sample(tank, { inflow = 185 })
    t:clear(tank, "inflow_short")
    t:equal(tank.state.full_inflow, nil)
  end,

  and_one_that_does_not_is_the_new_normal_after_five_minutes = function(t)
    local tank = t:twin("tank-1", { telemetry = { inflow = 200 } })
    t:event(tank, "inflow_reduced", { by = 50 })
    t:advance("4m")
    t:raised(tank, "inflow_short")
    t:advance("2m")
    t:clear(tank, "inflow_short")
  end,
}
