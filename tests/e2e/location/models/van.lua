-- A van of a test: where it is, where it should go, and where it comes from.
return {
  match = "van-*",
  parameters = { home = { type = "location", default = { lat = 52, lon = 4 } } },
  telemetry = { position = { type = "location", stale_after = "1h" }, speed = { unit = "km/h" } },
  properties = { target = { type = "location", writable = true } },
  derived = { turned_at = { type = "location" }, moves = {} },
  commands = { drive = { args = { to = { type = "location" }, seats = {} } } },
  events = { called = { at = { type = "location" } } },
  alarms = { away = { severity = "info", text = "at {position}" } },
  state = { last = "location" },
}
