-- A turbofan engine, one row of readings a cycle: how many cycles it has left.
local function each(names, make)
  local made = {}
  for _, name in ipairs(names) do made[name] = make end
  return made
end
local settings = { "setting1", "setting2", "setting3" }
local sensors = { "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21" }
local telemetry, state = each(settings, {}), { cycles = "number", regime = "number", regimes = "number" }
for _, sensor in ipairs(sensors) do telemetry[sensor] = {} end
for _, sensor in ipairs { "s2", "s3", "s4", "s7", "s8", "s9", "s11", "s12", "s13", "s14", "s15", "s17", "s20", "s21" } do -- those that wear moves
  state[sensor .. "_course"] = { course = 120, limit = 2 } -- of the standardised value
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
  alarms     = { service_due = { severity = "warning", field = "rul", below = "service", deadband = 10, text = "{rul} cycles left, perhaps only {rul_low}",
                                 advice = "Plan the overhaul; look at what s11, s4 and s15 have done" } },
  state      = state,
  learned    = {
    normal = { profile = 6, by = settings, of = sensors },                                                     -- what is usual in each regime of flight
    rul    = { trees = 400, depth = 4, rate = 0.05, target = "remaining", cap = 125, band = 0.9, faults = 1 }, -- samples until the engine's last
  },
}
