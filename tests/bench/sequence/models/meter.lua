-- A meter that counts its samples, to show that none is lost, reordered or run twice.
return {
  model = "meter", title = "Meter of the bench", level = "component", match = "m*",
  telemetry = { count = {} },
  derived = { turns = { title = "Samples seen" }, gaps = { title = "Samples out of order" } },
  state = { last = "number" },
}
