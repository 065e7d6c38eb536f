-- A tank says how long it lasts, and that its inflow is short until that is made good or the new normal.
local RECOVERED = 0.9 -- of the inflow before it was reduced
local LONGEST = 24 * 60 -- min; beyond it "low" is not in sight
local LITRES = 1000 -- in a cubic metre
local DRY = 0.01 -- m; below it what runs out says nothing of the demand

local function on_level(tank, level)
  local net, area, low = tank.state.net.mean, tank.parameters.area, tank.parameters.low
  local left = net and net < 0 and math.max(level - low, 0) * area * LITRES / -net
  tank.derived.time_to_low = left and left <= LONGEST and left or nil
end

local function on_input(tank)
  local inflow, outflow = tank.telemetry.inflow, tank.telemetry.outflow
  if inflow and outflow then tank.state.net:add(inflow - outflow) end
  local level = tank.telemetry.level
  if outflow and level and level > DRY then tank.state.draw:add(outflow / level ^ 0.5) end
end

local function forget(tank)
  tank.state.full_inflow = nil
  tank:clear("inflow_short")
  tank:cancel("settle")
end

local function on_inflow(tank, inflow)
  local full = tank.state.full_inflow
  if full and inflow >= RECOVERED * full then forget(tank) end
end

local function on_inflow_reduced(tank, args, from)
  tank.state.full_inflow = tank.state.full_inflow or tank.telemetry.inflow
  tank:raise("inflow_short")
  tank:log(("%s brings %d %% less"):format(from.id, args.by // 1))
  tank:after("settle", "5m")
end

return {
  on = {
    level = on_level, inflow = on_inflow, input = on_input,
    ["event.inflow_reduced"] = on_inflow_reduced, ["timer.settle"] = forget,
  },
}
