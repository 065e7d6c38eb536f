-- An upright tank that pumps fill and the works below draw from.
local LITRES = 1000 -- in a cubic metre

local function inflow(tank) -- what the pumps that feed it bring
  local sum
  for pump in tank:related("feeds", "in") do
    if pump.telemetry.flow then sum = (sum or 0) + pump.telemetry.flow end
  end
  return sum or tank.telemetry.inflow or 0
end

local function draw(tank) -- l/min at a level of 1 m: what runs out falls with the root of the level (Torricelli)
  local level, outflow = tank.telemetry.level, tank.telemetry.outflow
  return level and outflow and level > 0.01 and outflow / level ^ 0.5 or nil
end

local function usual_draw(tank) return tank.state.draw.mean or draw(tank) or 0 end

local function demand(tank) -- share of what is usual
  local now, usual = draw(tank), usual_draw(tank)
  return now and usual > 0 and now / usual or 1
end

local function outflow(_, x) return x.draw * x.demand * math.max(x.level, 0) ^ 0.5 end

local function dynamics(t, x, u, p, dx)
  local content = p.area * math.max(x.level, 0.01) * LITRES
  local net = (u.inflow - outflow(t, x)) / 60 -- l/s
  if x.level >= p.height and net > 0 then net = 0 end -- it runs over
  dx.level = net / (p.area * LITRES)
  dx.water = u.inflow / 60 / content * (p.supply - x.water) + (p.ambient - x.water) / p.cooling_time
  dx.demand = (1 - x.demand) / p.demand_time
  dx.draw = 0
end

return {
  model = "tank", title = "Tank", level = "asset", match = "tank-*",
  parameters = {
    area = { title = "Base", unit = "m2", default = 0.8, range = { 0.01, 10000 } },
    low = { title = "Low below", unit = "m", default = 0.6, range = { 0, 100 } },
    high = { title = "High above", unit = "m", default = 2.7, range = { 0, 100 } },
    height = { title = "Height", unit = "m", default = 3, range = { 0.1, 100 } },
    supply = { title = "What comes in, its temperature", unit = "Cel", default = 18, range = { 0, 100 } },
    ambient = { title = "Ambient temperature", unit = "Cel", default = 22, range = { -40, 60 } },
    cooling_time = { title = "Wall's time constant", unit = "s", default = 3600, range = { 1, 1e6 } },
    demand_time = { title = "Demand's time constant", unit = "s", default = 120, range = { 1, 86400 } },
  },
  telemetry = {
    level = { title = "Level", unit = "m", range = { 0, 100 } },
    inflow = { title = "Inflow", unit = "l/min", range = { 0, 50000 } },
    outflow = { title = "Outflow", unit = "l/min", range = { 0, 50000 } },
    temperature = { title = "Water temperature", unit = "Cel", range = { -20, 120 } },
  },
  derived = { time_to_low = { title = "Time until low", unit = "min" } },
  events = { inflow_reduced = { by = { unit = "%" } } },
  relationships = { part_of = "line" },
  alarms = {
    low_level = { severity = "critical", field = "level", below = "low", deadband = 0.1, delay = "5s",
                  text = "{level} m", advice = "Start another pump or lower the demand" },
    high_level = { severity = "warning", field = "level", above = "high", deadband = 0.1, delay = "5s",
                   text = "{level} m", advice = "Slow the pumps that feed it" },
    inflow_short = { severity = "warning", text = "inflow {inflow} l/min", advice = "A pump that feeds it has slowed down" },
  },
  physics = { -- serves what-if: nothing of it runs in a turn
    states = {
      level = { unit = "m", from = "level", noise = 0.002, spread = 0.002 },
      water = { unit = "Cel", from = "temperature", noise = 0.05, spread = 0.08 },
      demand = { initial = demand, wander = 0.1 },
      draw = { unit = "l/min", initial = usual_draw, spread = 40 },
    },
    inputs = { inflow = inflow },
    parameters = { "area", "height", "supply", "ambient", "cooling_time", "demand_time" }, fit = { "area", "supply" },
    outputs = {
      level = { "level", noise = 0.002 }, temperature = { "water", noise = 0.05 }, outflow = outflow,
      inflow = { function(_, _, u) return u.inflow end, noise = 2.4 },
    },
    dynamics = dynamics,
  },
  state = { net = { ewma = "30s" }, draw = { ewma = "10m" }, full_inflow = "number" },
}
