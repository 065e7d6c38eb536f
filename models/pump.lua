-- A centrifugal pump: what it has, what it reports, what can go wrong.
local function pace(pump) -- share of its rated speed; a pump that does not say its speed runs at that
  return (pump.reported.speed or pump.parameters.rated_speed) / pump.parameters.rated_speed
end

local RAMP = 100 -- 1/min a second
local LANDS = 0.5 -- s, in which it comes to rest at the speed that is wanted
local LOAD_TIME = 120 -- s, in which the load goes back to what is usual
local RATED_HEAT = 30 -- Cel over ambient, of one that does not say how warm it is

-- What is measured as it would be at rated speed and load, by the affinity laws: flow goes with the speed, vibration and heat with
-- its square, power with its cube. Of one that stands there is only what its plate says.
local function at_rated(field, exponent, plate)
  return function(pump)
    local share, reading = pace(pump), pump.telemetry[field]
    return share > 0.1 and reading and reading / share ^ exponent or pump.parameters[plate]
  end
end

local load = at_rated("power", 3, "rated_power")

local function load_now(pump) return load(pump) / pump.parameters.rated_power end

local function heat(pump)
  local share, temperature = pace(pump), pump.telemetry.temperature
  if share <= 0.1 or not temperature then return RATED_HEAT end
  return (temperature - pump.parameters.ambient) / (share ^ 2 * load_now(pump))
end

local function wanted(pump) return pump.desired.speed or pump.reported.speed or pump.parameters.rated_speed end

local function dynamics(_, x, u, p, dx)
  dx.speed = math.max(-RAMP, math.min(RAMP, (u.wanted - x.speed) / LANDS))
  dx.casing = (p.ambient + x.heat * x.load * (x.speed / p.rated_speed) ^ 2 - x.casing) / p.casing_time
  dx.load = (x.usual_load - x.load) / LOAD_TIME
  dx.usual_load, dx.lift, dx.shake, dx.heat = 0, 0, 0, 0
end

return {
  model = "pump", title = "Centrifugal pump", level = "asset", match = "pump-*",
  parameters = {
    hot = { title = "Too hot above", unit = "Cel", default = 90, range = { 40, 150 } },
    vibration_limit = { title = "Vibration limit", unit = "mm/s", default = 7.1, range = { 1, 50 } }, -- ISO 10816-1, class II, zone D
    vibration_new = { title = "Vibration when new", unit = "mm/s", default = 2, range = { 0, 20 } },
    rated_speed = { title = "Rated speed", unit = "1/min", default = 1450, range = { 1, 3600 } },
    rated_flow = { title = "Flow at rated speed", unit = "l/min", default = 420, range = { 0.1, 5000 } },
    rated_power = { title = "Power at rated speed", unit = "W", default = 4400, range = { 1, 100000 } },
    ambient = { title = "Ambient temperature", unit = "Cel", default = 22, range = { -40, 60 } },
    casing_time = { title = "Casing's time constant", unit = "s", default = 45, range = { 1, 3600 } },
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
  physics = { -- serves what-if: nothing of it runs in a turn
    states = {
      speed = { unit = "1/min", from = "speed", noise = 0.5 },
      casing = { unit = "Cel", from = "temperature", noise = 0.1, spread = 0.1 },
      load = { initial = load_now, wander = 0.042 }, -- 1: what its plate says
      usual_load = { initial = 1.02, spread = 0.015 }, -- a worn one takes more
      lift = { unit = "l/min", initial = at_rated("flow", 1, "rated_flow"), spread = 2 },
      shake = { unit = "mm/s", initial = at_rated("vibration", 2, "vibration_new"), spread = 0.09 },
      heat = { unit = "Cel", initial = heat, spread = 2.5 },
    },
    inputs = { wanted = wanted },
    parameters = { "rated_speed", "rated_power", "ambient", "casing_time" }, fit = { "ambient", "casing_time" },
    outputs = {
      speed = "speed",
      temperature = { "casing", noise = 0.1 },
      flow = { function(_, x, _, p) return x.lift * x.speed / p.rated_speed end, noise = 1.7 },
      power = { function(_, x, _, p) return p.rated_power * x.load * (x.speed / p.rated_speed) ^ 3 end, noise = 13 },
      vibration = { function(_, x, _, p) return x.shake * (x.speed / p.rated_speed) ^ 2 end, noise = 0.06 },
    },
    dynamics = dynamics,
  },
  state = { wear = { ewma = "1m", of = "vibration" }, slowed_from = "number" },
}
