-- A line: the pumps and tanks that work together, seen as one.
return {
  model = "line", title = "Pump line", level = "system", match = "line-*",
  derived = {
    throughput = { title = "Throughput", unit = "l/min" },
    alarms_active = { title = "Pumps in alarm" },
  },
  events = { pump_alarm = { name = { type = "text" }, active = { type = "boolean" } } },
  alarms = {
    short_of_pumps = { severity = "critical", text = "{alarms_active} pumps in alarm", advice = "Bring a spare pump up" },
  },
}
