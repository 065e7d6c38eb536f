-- A belt between two machines: the buffer that lets one stand while the other goes on.
local flow = require "lib.flow"

local function dynamics(_, x, u, p, dx)
  local net = (u.arrives - u.leaves) / 60 / p.capacity * 100 -- % a second
  if (x.level >= 100 and net > 0) or (x.level <= 0 and net < 0) then net = 0 end
  dx.level = net
end

-- A step may end a little beyond the end.
local function level(_, x) return math.max(0, math.min(100, x.level)) end

return {
  title = "Belt", level = "asset", match = "belt-*",
  parameters = { capacity = { title = "Bottles that it holds", default = 120, range = { 1, 100000 } } },
  relationships = { part_of = "bottling" },
  telemetry = { level = { title = "Filled", unit = "%", range = { 0, 100 }, spike = { by = 60, window = 5 }, stale_after = "30s" } },
  physics = { -- serves what-if: what comes in less what goes out
    states = { level = { unit = "%", from = "level", noise = 0.1, spread = 0.5 } },
    inputs = {
      arrives = function(belt) return flow.rate(flow.before(belt)) end,
      leaves = function(belt) return flow.rate(flow.after(belt)) end,
    },
    parameters = { "capacity" }, uncertain = { capacity = 0.02 },
    outputs = { level = { level, noise = 0.1 } },
    dynamics = dynamics,
  },
}
