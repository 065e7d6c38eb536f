-- When a zone airs itself, and when it is blind.
return {
  stuffy_air_opens_the_damper_and_closes_it_again = function(t)
    local zone = t:twin("zone-1", { reported = { damper = 20, setpoint = 21 } })
    t:sample(zone, { co2 = 1200 })
    t:advance("90s")
    t:sample(zone, { co2 = 1250 })
    t:advance("40s")
    t:raised(zone, "stuffy_air")
    t:equal(zone.desired.damper, 100)
    t:sample(zone, { co2 = 600 })
    t:equal(zone.desired.damper, 20)
  end,
  it_stays_shut_when_the_air_outside_is_worse = function(t)
    local station = t:twin("air-1", { telemetry = { co_reference = 8 } })
    local zone = t:twin("zone-1", { reported = { damper = 20 }, relationships = { outdoor = station } })
    t:sample(zone, { co2 = 1200 })
    t:advance("121s")
    t:raised(zone, "stuffy_air")
    t:equal(zone.desired.damper, nil)
  end,
  a_silent_sensor_makes_the_zone_blind = function(t)
    local zone = t:twin("zone-1")
    t:sample(zone, { temperature = 21 })
    t:advance("3m")
    t:raised(zone, "blind")
    t:sample(zone, { temperature = 21.1 })
    t:clear(zone, "blind")
  end,
}
