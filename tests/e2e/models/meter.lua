-- A meter: what the end-to-end tests count with. Its count has no range, so no number that a test sends is bad.
return {
  model = "meter", title = "Meter of a test", level = "component", match = "m*",
  telemetry = { count = {}, temperature = { unit = "Cel", range = { -20, 150 } }, note = { type = "text" }, open = { type = "boolean" } },
  properties = { speed = { unit = "1/min", range = { 0, 3600 }, writable = true } },
  derived = { twice = {} },
  state = { seen = "number" },
}
