-- An electric vehicle and its battery.
return {
  title = "Vehicle", level = "asset", match = "vehicle-*",
  telemetry = {
    speed = { title = "Speed", unit = "km/h", range = { 0, 300 }, max_rate = 60 },
    odometer = { title = "Odometer", unit = "km", range = { 0, 10000000 } },
    charging = { title = "Charging", type = "boolean" },
  },
  properties = { speed_limit = { title = "Speed limit", unit = "km/h", range = { 0, 200 }, writable = true } },
  derived = {
    range_left = { title = "Range left", unit = "km" },
    driving_hours = { title = "Driving", unit = "h", run_time = "speed", above = 1 },
    charging_hours = { title = "Charging", unit = "h", run_time = "charging" },
  },
  events = { battery_low = { soc = { unit = "%", range = { 0, 100 } } } },
  parts = { battery = "traction_battery" },
  alarms = { drive_home = { severity = "warning", text = "battery low", advice = "Charge it; it is limited to {speed_limit} km/h" } },
  state = { limited_from = "number" },
}
