-- A lithium-ion cell that is discharged again and again: at which cycle it is worn out.
return {
  model = "battery", title = "Battery cell", level = "component", match = "cell-*",
  parameters = {
    worn_out = { title = "Capacity of the end of life", unit = "Ah", default = 1.4, range = { 0.01, 1000 } },
    notice   = { title = "Cycles before the end at which a new cell is due", default = 20, range = { 0, 10000 } },
  },
  telemetry  = { capacity = { title = "Capacity of the cycle", unit = "Ah", range = { 0.05, 10 } } },
  derived    = {
    end_of_life      = { title = "Cycle of the end of life" },
    end_of_life_low  = { title = "With 95 % not before" },
    end_of_life_high = { title = "With 95 % not after" },
    cycles_left      = { title = "Cycles left" },
  },
  alarms     = { wears_out = { severity = "warning", field = "cycles_left", below = "notice", deadband = 5,
                               text = "{cycles_left} cycles left, {capacity} Ah", advice = "Order a new cell" } },
  state      = {
    -- what cells lose a cycle, and how they differ in it; a rest gives back what is soon gone: that is the step
    wear = { kalman = 0.02, step = 0.006, slope = -0.004, spread = 0.0005, of = "capacity" },
    ended_at = "number",
  },
}
