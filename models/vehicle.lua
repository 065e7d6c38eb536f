-- An electric vehicle and its battery.
return {
  title = "Vehicle", level = "asset", match = "vehicle-*",
  parameters = {
    depot = { title = "Depot", type = "location", default = { lat = 48.15, lon = 11.55 } },
    radius = { title = "Area around the depot", unit = "km", default = 50, range = { 0.1, 1000 } },
  },
  telemetry = {
    position = { title = "Position", type = "location", stale_after = "5m" },
    speed = { title = "Speed", unit = "km/h", range = { 0, 300 }, max_rate = 60 },
    odometer = { title = "Odometer", unit = "km", range = { 0, 10000000 } },
    charging = { title = "Charging", type = "boolean" },
  },
  properties = { speed_limit = { title = "Speed limit", unit = "km/h", range = { 0, 200 }, writable = true } },
  derived = {
    from_depot = { title = "From the depot", unit = "km" },
    range_left = { title = "Range left", unit = "km" },
    driving_hours = { title = "Driving", unit = "h", run_time = "speed", above = 1 },
    charging_hours = { title = "Charging", unit = "h", run_time = "charging" },
  },
  events = { battery_low = { soc = { unit = "%", range = { 0, 100 } } } },
  parts = { battery = "traction_battery" },
  alarms = {
    drive_home = { severity = "warning", text = "battery low", advice = "Charge it; it is limited to {speed_limit} km/h" },
    out_of_area = { severity = "info", field = "from_depot", above = "radius", deadband = 0.05,
                    text = "{from_depot} km from the depot, at {position}", advice = "Ask its driver" },
  },
  state = { limited_from = "number" },
}
