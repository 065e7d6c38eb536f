-- The air station's index, and what its sensors cannot mean.
return {
  the_worse_of_two_gases_decides = function(t)
    local station = t:twin("air-1")
    t:sample(station, { co_reference = 1, nox_reference = 50 })
    t:equal(station.derived.air, "good")
    t:sample(station, { co_reference = 1, nox_reference = 400 })
    t:equal(station.derived.index, 80, 1e-9)
    t:equal(station.derived.air, "poor")
  end,

  what_a_sensor_cannot_mean_is_counted_and_not_believed = function(t)
    local station = t:twin("air-1", { telemetry = { PT08_S1_CO = 900 } })
    t:equal(station.derived.bad_samples, 0)
    t:sample(station, { PT08_S1_CO = -200 })
    t:equal(station.derived.bad_samples, 1)
    t:equal(station.telemetry.PT08_S1_CO, 900)
  end,
}
