-- A zone of a building that is heated, cooled and aired for the people in it.
return {
  title = "HVAC zone", level = "asset", match = "zone-*",
  parameters = {
    stuffy = { title = "Stuffy above", unit = "ppm", default = 1000, range = { 500, 5000 } },
    comfort = { title = "Comfort band", unit = "Cel", default = 1.5, range = { 0.2, 5 } },
  },
  telemetry = {
    temperature = { title = "Temperature", unit = "Cel", range = { -20, 60 }, max_rate = 1, stuck_after = "2h", stale_after = "2m" },
    humidity = { title = "Humidity", unit = "%RH", range = { 0, 100 } },
    co2 = { title = "CO2", unit = "ppm", range = { 300, 10000 }, spike = 800, stale_after = "2m" },
    occupancy = { title = "People", range = { 0, 1000 } },
    power = { title = "Power", unit = "W", range = { -100000, 100000 } },
  },
  properties = {
    setpoint = { title = "Set-point", unit = "Cel", range = { 10, 30 }, writable = true },
    damper = { title = "Damper", unit = "%", range = { 0, 100 }, writable = true },
  },
  derived = { discomfort = { title = "Off the set-point", unit = "Cel" }, occupied_hours = { unit = "h", run_time = "occupancy" } },
  relationships = { outdoor = "air_station" },
  alarms = {
    stuffy_air = { severity = "warning", field = "co2", above = "stuffy", deadband = 100, delay = "2m", text = "{co2} ppm",
                   advice = "Open the damper, or send some people out" },
    uncomfortable = { severity = "info", field = "discomfort", above = "comfort", deadband = 0.5, delay = "10m",
                      text = "{discomfort} off", advice = "Look at the valve and the filter" },
    blind = { severity = "warning", text = "a sensor is silent", advice = "Look at the zone controller" },
  },
  state = { usual_damper = "number" },
}
