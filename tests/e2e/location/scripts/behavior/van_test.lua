-- Where a van is told to go.
return {
  a_van_that_is_away_goes_home = function(t)
    local van = t:twin("van-1", { parameters = { home = { lat = 50, lon = 4 } }, telemetry = { position = { lat = 50.5, lon = 4.1 } } })
    t:clear(van, "away")
    t:sample(van, { position = { lat = 51.5, lon = 4.2, alt = 7 } })
    t:raised(van, "away")
    t:equal(van.desired.target, { lat = 50, lon = 4 })
    t:equal(van.derived.turned_at, { lat = 50.5, lon = 4.1 })
    t:equal(van:sample("position").value, { lat = 51.5, lon = 4.2, alt = 7 })
  end,

  what_is_no_place_is_told = function(t)
    local van = t:twin("van-1")
    t:fails(function() t:sample(van, { position = { lat = 91, lon = 0 } }) end, "position: lat cannot be 91, it is degrees from -90 to 90")
    t:fails(function() t:sample(van, { position = { lat = 1 } }) end, "its lon is missing")
    t:fails(function() t:sample(van, { position = 5 }) end, "position of van-1 takes a location, not a number")
    t:fails(function() t:desire(van, { target = { lat = 0, lon = 181 } }) end, "target: lon cannot be 181")
    t:desire(van, { target = { lat = 0, lon = 180 } })
    t:equal(van.desired.target, { lat = 0, lon = 180 })
  end,

  a_van_drives_to_who_called = function(t)
    local van = t:twin("van-1")
    t:event(van, "called", { at = { lat = 52.5, lon = 4.5 } })
    t:answer(van, 1, "done")
    t:equal(van.derived.turned_at, { lat = 52.5, lon = 4.5 })
    t:fails(function() t:command(van, "drive", { to = { lat = 99, lon = 0 } }) end, "to: lat cannot be 99")
    t:fails(function() t:command(van, "drive", { to = 5 }) end, "drive: to takes a location, not a number")
  end,

  a_silent_van_is_shown_as_stale = function(t)
    local van = t:twin("van-1")
    t:sample(van, { position = { lat = 52, lon = 4 } })
    t:advance("61m")
    t:equal(van:sample("position"), { value = { lat = 52, lon = 4 }, raw = { lat = 52, lon = 4 }, at = clock.now() - 3660, quality = "stale" })
  end,

  a_trip_is_played = function(t)
    t:twin("van-7")
    t:equal(t:play("trip.ndjson"), 2)
    local van = t:other("van-7")
    t:equal(van.telemetry.position, { lat = 52.2, lon = 4.4, alt = 3 })
    t:equal(van.derived.turned_at, { lat = 52.1, lon = 4.3 })
  end,
}
