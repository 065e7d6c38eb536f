-- A flusher: a simulated pump that a test gives commands, with little time to obey them.
return {
  model = "flusher", title = "Flusher of a test", match = "flusher-*",
  telemetry = { temperature = { unit = "Cel" }, vibration = { unit = "mm/s" }, flow = { unit = "l/min" }, power = { unit = "W" } },
  properties = { speed = { unit = "1/min", writable = true } },
  derived = { told = { type = "text" } },
  commands = {
    flush = { title = "Flush", args = { seconds = { unit = "s", range = { 1, 600 } } }, timeout = "5s" },
    hold = { args = { why = { type = "text" } } },
  },
}
