-- A wind turbine: what it makes of the wind, and whether its gearbox bears it.
return {
  title = "Wind turbine", level = "asset", match = "turbine-*",
  parameters = {
    rated_power = { title = "Rated power", unit = "kW", default = 2000, range = { 1, 20000 } },
    gearbox_limit = { title = "Gearbox limit", unit = "Cel", default = 80, range = { 40, 120 } },
    shortfall = { title = "Too little above", unit = "%", default = 25, range = { 1, 100 } },
  },
  telemetry = {
    wind_speed = { title = "Wind", unit = "m/s", range = { 0, 70 }, max_rate = 15, stale_after = "1m" },
    wind_direction = { title = "Wind direction", unit = "deg", range = { 0, 360 } },
    power = { title = "Power", unit = "kW", range = { -100, 20000 } },
    rotor_speed = { title = "Rotor", unit = "1/min", range = { 0, 40 } },
    pitch = { title = "Pitch", unit = "deg", range = { -5, 95 } },
    gearbox_temperature = { title = "Gearbox", unit = "Cel", range = { -40, 150 }, spike = { by = 20, window = 5 },
                            calibrate = { offset = -1.5 } }, -- the leads of the resistance thermometer
    energy_meter = { title = "Meter", unit = "kWh", range = { 0, 10000000 } },
  },
  properties = {
    yaw = { title = "Yaw", unit = "deg", range = { 0, 360 }, writable = true },
    power_limit = { title = "Power limit", unit = "kW", range = { 0, 20000 }, writable = true },
  },
  derived = {
    energy = { title = "Energy", unit = "MWh", counter = "energy_meter", wraps = 9999999 },
    turning_hours = { title = "Turning", unit = "h", run_time = "rotor_speed", above = 1 },
    capacity_factor = { title = "Capacity factor", unit = "%" },
    missing = { title = "Below the power curve", unit = "%" },
  },
  commands = { start = { title = "Start" }, stop = { title = "Stop", timeout = "3m" } },
  relationships = { part_of = "wind_farm" },
  alarms = {
    gearbox_hot = { severity = "critical", field = "gearbox_temperature", above = "gearbox_limit", deadband = 10, delay = "10s",
                    text = "{gearbox_temperature} Cel", advice = "It is limited to half its power; look at the oil" },
    underperforming = { severity = "warning", field = "missing", above = "shortfall", deadband = 5, delay = "1m",
                        text = "{missing} % below the curve", advice = "Ice, dirt, or a sensor of wind that lies" },
  },
  state = { share = { ewma = "1h" }, off = { ring = 60 }, limited_from = "number" },
}
