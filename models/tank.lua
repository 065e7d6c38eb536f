-- An upright tank that pumps fill and the works below draw from.
return {
  model = "tank", title = "Tank", level = "asset", match = "tank-*",
  parameters = {
    area = { title = "Base", unit = "m2", default = 0.8, range = { 0.01, 10000 } },
    low = { title = "Low below", unit = "m", default = 0.6, range = { 0, 100 } },
    high = { title = "High above", unit = "m", default = 2.7, range = { 0, 100 } },
  },
  telemetry = {
    level = { title = "Level", unit = "m", range = { 0, 100 } },
    inflow = { title = "Inflow", unit = "l/min", range = { 0, 50000 } },
    outflow = { title = "Outflow", unit = "l/min", range = { 0, 50000 } },
    temperature = { title = "Water temperature", unit = "Cel", range = { -20, 120 } },
  },
  derived = { time_to_low = { title = "Time until low", unit = "min" } },
  events = { inflow_reduced = { by = { unit = "%" } } },
  relationships = { part_of = "line" },
  alarms = {
    low_level = { severity = "critical", field = "level", below = "low", deadband = 0.1, delay = "5s",
                  text = "{level} m", advice = "Start another pump or lower the demand" },
    high_level = { severity = "warning", field = "level", above = "high", deadband = 0.1, delay = "5s",
                   text = "{level} m", advice = "Slow the pumps that feed it" },
    inflow_short = { severity = "warning", text = "inflow {inflow} l/min", advice = "A pump that feeds it has slowed down" },
  },
  state = { net = { ewma = "30s" }, full_inflow = "number" },
}
