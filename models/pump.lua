-- A centrifugal pump: what it has, what it reports, what can go wrong.
return {
  model = "pump", title = "Centrifugal pump", level = "asset", match = "pump-*",
  parameters = {
    hot = { title = "Too hot above", unit = "Cel", default = 90, range = { 40, 150 } },
    vibration_limit = { title = "Vibration limit", unit = "mm/s", default = 7.1, range = { 1, 50 } }, -- ISO 10816-1, class II, zone D
    vibration_new = { title = "Vibration when new", unit = "mm/s", default = 2, range = { 0, 20 } },
  },
  telemetry = {
    temperature = { title = "Casing temperature", unit = "Cel", range = { -20, 150 } },
    vibration = { title = "Bearing vibration", unit = "mm/s", range = { 0, 50 } },
    flow = { title = "Flow", unit = "l/min", range = { 0, 5000 } },
    power = { title = "Shaft power", unit = "W", range = { 0, 100000 } },
  },
  properties = { -- reported by the device, desired by us
    speed = { title = "Speed", unit = "1/min", range = { 0, 3600 }, writable = true },
  },
  derived = { health = { title = "Bearing health", unit = "%" } },
  events = { serviced = { by = { type = "text" } } },
  commands = {
    flush = { title = "Flush the cooling jacket", args = { seconds = { unit = "s", range = { 1, 600 } } }, timeout = "2m" },
  },
  parts = { motor = "motor" }, -- twin "pump-7:motor"
  relationships = { feeds = "tank", part_of = "line" },
  alarms = {
    overheating = { severity = "critical", field = "temperature", above = "hot", deadband = 10, delay = "30s",
                    text = "{temperature} Cel", advice = "Check the cooling water" },
    high_vibration = { severity = "critical", field = "vibration", above = "vibration_limit", deadband = 1, delay = "5s",
                       text = "{vibration} mm/s, limit {vibration_limit}", advice = "Plan a new bearing, then send serviced" },
    bearing_wears_out = { severity = "warning", predicted = "bearing_wear", within = "24h",
                          text = "{vibration} mm/s, will reach {vibration_limit}", advice = "Order a bearing before it is needed" },
  },
  state = { wear = { ewma = "1m", of = "vibration" }, slowed_from = "number" },
}
