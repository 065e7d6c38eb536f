-- A walker: everything that could differ between two runs of the same inputs is in it, chance, state and events.
return {
  model = "walker", title = "Walker of a test", level = "component", match = "walker-*",
  telemetry = { step = {}, load = { unit = "%" } },
  derived = { place = {}, luck = {}, heard = {} },
  events = { stepped = { by = {} } },
  relationships = { next = "walker" },
  state = { mean = { ewma = "10m", of = "load" }, last = { ring = 5, of = "step" } },
}
