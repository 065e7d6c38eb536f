-- The battery of a vehicle, twin "vehicle-7:battery": how often it was filled.
return {
  extends = "battery_base", title = "Traction battery", match = "*:battery",
  parameters = { capacity = { title = "Capacity when new", unit = "Ah", default = 150, range = { 1, 1000 } } },
  derived = {
    moved = { title = "Charge moved", unit = "Ah", counter = "throughput" },
    cycles = { title = "Full cycles" },
    soh = { title = "Health", unit = "%", range = { 0, 150 } },
  },
  relationships = { part_of = "vehicle" },
  alarms = { worn = { severity = "info", field = "soh", below = 75, deadband = 3, text = "holds {soh} % of what it held when new",
                      advice = "Plan another battery" } },
  -- Charge that has left it (Ah) since it had `from_soc`, and what that says it holds when full.
  state = { counted = "number", counted_at = "time", from_soc = "number", holds = { ewma = "1h" } },
}
