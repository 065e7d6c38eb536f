-- A meter: the twin of the bench. Small, and every sample enters Lua.
return {
  model = "meter", title = "Meter of the bench", level = "component", match = "m*",
  parameters = { limit = { unit = "Cel", default = 90 } },
  telemetry = {
    temperature = { unit = "Cel", range = { -40, 200 } },
    vibration = { unit = "mm/s", range = { 0, 50 } },
  },
  derived = { smooth = { unit = "Cel" } },
  alarms = { hot = { severity = "warning", text = "{smooth} Cel" } },
  state = { mean = "number" },
}
