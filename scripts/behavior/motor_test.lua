-- A motor's load, the hours that it ran, and what it cannot bear.
return {
  load_is_the_share_of_the_rated_current = function(t)
    local motor = t:twin("x:motor", { parameters = { rated_current = 10 } })
    t:sample(motor, { current = 7.5 })
    t:equal(motor.derived.load, 75)
  end,

  hours_count_while_it_turns = function(t)
    local motor = t:twin("x:motor")
    for _ = 1, 181 do
      t:sample(motor, { current = 8 })
      t:advance("20s")
    end
    t:advance("1m")
    t:equal(motor.derived.running_hours, 1, 0.01)
  end,

  and_not_while_it_stands = function(t)
    local motor = t:twin("x:motor")
    for _ = 1, 90 do
      t:sample(motor, { current = 0 })
      t:advance("20s")
    end
    t:equal(motor.derived.running_hours or 0, 0)
  end,

  a_short_overload_is_borne_and_a_long_one_is_an_alarm = function(t)
    local motor = t:twin("x:motor", { telemetry = { current = 12 } })
    t:advance("9s")
    t:clear(motor, "overload")
    t:advance("2s")
    t:raised(motor, "overload")
    t:sample(motor, { current = 10 })
    t:clear(motor, "overload")
  end,
}
