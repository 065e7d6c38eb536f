-- A line: the pumps and tanks that work together, seen as one.
return {
  model = "line", title = "Pump line", level = "system", match = "line-*",
  derived = { -- of the twins whose part_of leads here
    throughput = { title = "Throughput", unit = "l/min", sum = "part_of.flow" },
    power = { title = "Shaft power", unit = "W", sum = "part_of.power" },
    members = { title = "Pumps and tanks", count = "part_of" },
    worst_alarm = { title = "Worst alarm", worst = "part_of" }, -- 0 none, 1 info, 2 warning, 3 critical
    alarms_active = { title = "Pumps in alarm" },
  },
  events = { pump_alarm = { name = { type = "text" }, active = { type = "boolean" } } },
  alarms = {
    short_of_pumps = { severity = "critical", text = "{alarms_active} pumps in alarm", advice = "Bring a spare pump up" },
  },
}
