-- The battery of a vehicle, twin "vehicle-7:battery": how often it was filled.
return {
  extends = "battery_base", title = "Traction battery", match = "*:battery",
  parameters = { capacity = { title = "Capacity when new", unit = "Ah", default = 150, range = { 1, 1000 } } },
  derived = {
    moved = { title = "Charge moved", unit = "Ah", counter = "throughput" },
    cycles = { title = "Full cycles" },
  },
  relationships = { part_of = "vehicle" },
}
