-- A three-phase motor: a part of a pump, twin "pump-7:motor".
return {
  model = "motor", title = "Electric motor", level = "component", match = "*:motor",
  parameters = {
    rated_current = { title = "Rated current", unit = "A", default = 9, range = { 0.1, 1000 } },
    overload_current = { title = "Overload above", unit = "A", default = 11, range = { 0.1, 2000 } },
    winding_limit = { title = "Winding limit", unit = "Cel", default = 120, range = { 60, 180 } }, -- insulation class F, with reserve
  },
  telemetry = {
    current = { title = "Current", unit = "A", range = { 0, 2000 } },
    winding_temperature = { title = "Winding temperature", unit = "Cel", range = { -40, 250 } },
  },
  derived = {
    load = { title = "Load", unit = "%" },
    turned = { title = "Turned at this place", unit = "h", run_time = "current", above = 0.5 },
    running_hours = { title = "Running hours", unit = "h" },
  },
  relationships = { part_of = "pump" },
  alarms = {
    overload = { severity = "warning", field = "current", above = "overload_current", deadband = 0.5, delay = "10s",
                 text = "{current} A", advice = "Look for a blocked pump or a lost phase" },
    winding_hot = { severity = "critical", field = "winding_temperature", above = "winding_limit", deadband = 10, delay = "30s",
                    text = "{winding_temperature} Cel", advice = "Check the fan and the load" },
  },
  state = { hours_before = "number" }, -- that were counted by the behaviour, before twind did it
}
