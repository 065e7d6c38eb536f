-- A turbofan engine, one row of readings a cycle: how many cycles it has left.
local function each(names, make)
  local made = {}
  for _, name in ipairs(names) do made[name] = make end
  return made
end
local settings = { "setting1", "setting2", "setting3" }
local sensors, telemetry, state = {}, each(settings, {}), { cycles = "number", regime = "number", regimes = "number" }
for i = 1, 21 do
  sensors[i] = "s" .. i
  telemetry[sensors[i]] = {}
end
for _, i in ipairs { 2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20, 21 } do -- those that wear moves
  state["s" .. i .. "_course"] = { course = 120, limit = 2 } -- of the standardised value
end

return {
  model = "turbofan", title = "Turbofan engine", level = "asset", match = "turbofan-*",
  parameters = { service = { title = "Cycles left at which it is due", default = 30, range = { 0, 125 } } },
  telemetry  = telemetry,
  derived    = {
    rul      = { title = "Remaining useful life, cycles (125: that or more)" },
    rul_low  = { title = "With 95 % more than" },
    rul_high = { title = "With 95 % less than" },
  },
  alarms     = { service_due = { severity = "warning", field = "rul", below = "service", deadband = 10,
                                 text = "{rul} cycles left, perhaps only {rul_low}",
                                 advice = "Plan the overhaul; look at what s11, s4 and s15 have done" } },
  state      = state,
  learned    = {
    normal = { profile = 6, by = settings, of = sensors }, -- what is usual in each regime of flight
    rul    = { trees = 400, depth = 4, rate = 0.05, target = "remaining", cap = 125, band = 0.9, faults = 1 },
  },
}
