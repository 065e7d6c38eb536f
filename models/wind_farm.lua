-- A wind farm: what its turbines give together.
return {
  title = "Wind farm", level = "system", match = "farm-*",
  derived = {
    power = { title = "Power", unit = "kW", sum = "part_of.power" },
    energy = { title = "Energy", unit = "MWh", sum = "part_of.energy" },
    wind = { title = "Wind", unit = "m/s", mean = "part_of.wind_speed" },
    hottest = { title = "Hottest gearbox", unit = "Cel", max = "part_of.gearbox_temperature" },
    weakest = { title = "Least used turbine", unit = "%", min = "part_of.capacity_factor" },
    turbines = { title = "Turbines", count = "part_of" },
    worst = { title = "Worst alarm", worst = "part_of" },
  },
  alarms = { in_alarm = { severity = "critical", field = "worst", above = 2, text = "a turbine is in alarm", advice = "See which one" } },
}
