-- A pump that runs hot slows down and says so; it goes back when all is well.
local function hot_pump(t, made)
  local pump = t:twin("pump-1", made or { reported = { speed = 1450 } })
  t:sample(pump, { temperature = 95 })
  t:advance("31s")
  return pump
end

return {
  a_hot_pump_slows_down = function(t)
    local pump = hot_pump(t)
    t:raised(pump, "overheating")
    t:equal(pump.desired.speed, 725)
    t:equal(pump.state.slowed_from, 1450)
  end,

  one_that_is_hot_for_a_moment_does_not = function(t)
    local pump = t:twin("pump-1", { reported = { speed = 1450 } })
    t:sample(pump, { temperature = 95 })
    t:advance("20s")
    t:sample(pump, { temperature = 70 })
    t:advance("1m")
    t:clear(pump, "overheating")
    t:equal(pump.desired.speed, nil)
  end,

  its_tanks_and_its_line_are_told = function(t)
    local line, tank = t:twin("line-1"), t:twin("tank-1", { telemetry = { inflow = 200 } })
    hot_pump(t, { reported = { speed = 1450 }, relationships = { feeds = tank, part_of = line } })
    t:raised(tank, "inflow_short")
    t:equal(tank.state.full_inflow, 200)
  end,

  a_cool_one_goes_back_to_where_it_was = function(t)
    local pump = hot_pump(t)
    t:sample(pump, { temperature = 70 })
    t:clear(pump, "overheating")
    t:equal(pump.desired.speed, 1450)
    t:equal(pump.state.slowed_from, nil)
  end,

  but_not_while_it_shakes = function(t)
    local pump = hot_pump(t)
    t:sample(pump, { vibration = 9 })
    t:advance("6s")
    t:raised(pump, "high_vibration")
    t:sample(pump, { temperature = 70 })
    t:equal(pump.desired.speed, 725)
    t:sample(pump, { vibration = 2 })
    t:equal(pump.desired.speed, 1450)
  end,

  a_limit_of_its_own_counts = function(t)
    local pump = t:twin("pump-1", { parameters = { hot = 60 }, reported = { speed = 1000 } })
    t:sample(pump, { temperature = 65 })
    t:advance("31s")
    t:equal(pump.desired.speed, 500)
  end,

  health_falls_as_the_bearing_wears = function(t)
    local pump = t:twin("pump-1")
    t:sample(pump, { vibration = 2 })
    t:equal(pump.derived.health, 100)
    for _ = 1, 60 do
      t:advance("10s")
      t:sample(pump, { vibration = 4.55 })
    end
    t:equal(pump.derived.health, 50, 1)
  end,

  a_sample_out_of_range_is_shown_and_does_nothing = function(t)
    local pump = t:twin("pump-1", { telemetry = { temperature = 60 } })
    t:sample(pump, { temperature = 500 })
    t:equal(pump:sample("temperature").quality, "bad")
    t:equal(pump.telemetry.temperature, 60)
    t:advance("1m")
    t:clear(pump, "overheating")
  end,
}
