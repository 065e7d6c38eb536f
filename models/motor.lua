-- A three-phase motor: a part of a pump, twin "pump-7:motor".
local RATED_HEAT = 55 -- Cel over ambient at the rated current, of one that does not say how warm it is
local IDLE = 0.17 -- of the rated current, that the field alone takes, at a right angle to what drives

local function power(motor) -- of the pump that it drives; nil: it says nothing of what comes
  local pump = motor:related("part_of")()
  return pump and pump.telemetry.power
end

local function current_per_watt(motor)
  local current, watt, idle = motor.telemetry.current, power(motor), IDLE * motor.parameters.rated_current
  return current and watt and watt > 0 and math.max(current ^ 2 - idle ^ 2, 0) ^ 0.5 / watt or motor.parameters.rated_current / 4400
end

local function current(_, x, u, p)
  if u.power <= 0 then return 0 end
  return ((x.per_watt * u.power) ^ 2 + (IDLE * p.rated_current) ^ 2) ^ 0.5
end

local function heat(motor) -- over ambient at the rated current
  local now, winding = motor.telemetry.current, motor.telemetry.winding_temperature
  local share = now and now / motor.parameters.rated_current or 0
  return winding and share > 0.2 and (winding - motor.parameters.ambient) / share ^ 2 or RATED_HEAT
end

local function dynamics(t, x, u, p, dx)
  dx.winding = (p.ambient + x.heat * (current(t, x, u, p) / p.rated_current) ^ 2 - x.winding) / p.winding_time
  dx.heat, dx.per_watt = 0, 0
end

return {
  model = "motor", title = "Electric motor", level = "component", match = "*:motor",
  parameters = {
    rated_current = { title = "Rated current", unit = "A", default = 9, range = { 0.1, 1000 } },
    overload_current = { title = "Overload above", unit = "A", default = 11, range = { 0.1, 2000 } },
    winding_limit = { title = "Winding limit", unit = "Cel", default = 120, range = { 60, 180 } }, -- insulation class F, with reserve
    ambient = { title = "Ambient temperature", unit = "Cel", default = 22, range = { -40, 60 } },
    winding_time = { title = "Winding's time constant", unit = "s", default = 120, range = { 1, 86400 } },
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
  physics = { -- serves what-if: nothing of it runs in a turn
    states = {
      winding = { unit = "Cel", from = "winding_temperature", noise = 0.15, spread = 0.15 },
      heat = { unit = "Cel", initial = heat, spread = 5 },
      per_watt = { initial = current_per_watt, spread = 1.2e-5 },
    },
    inputs = { power = power },
    parameters = { "rated_current", "ambient", "winding_time" }, fit = { "winding_time" },
    outputs = { winding_temperature = { "winding", noise = 0.15 }, current = { current, noise = 0.04 } },
    dynamics = dynamics,
  },
  state = { hours_before = "number" }, -- that were counted by the behaviour, before twind did it
}
