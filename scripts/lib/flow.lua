-- Who stands before and behind whom on a bottling line, and how fast bottles go.
local flow = {}

local ORDER = { "filler", "belt_1", "capper", "belt_2", "packer" }

-- The twin `by` places farther along its line; nil at an end, or of one that is on no line.
local function beside(twin, by)
  local line = twin:related("part_of")()
  for place, name in ipairs(ORDER) do
    local here = line and line:related(name)()
    if here and here.id == twin.id then return ORDER[place + by] and line:related(ORDER[place + by])() end
  end
end

function flow.before(twin) return beside(twin, -1) end
function flow.after(twin) return beside(twin, 1) end

-- Bottles a minute of a machine now; 0 of none.
function flow.rate(machine) return machine and machine.telemetry.rate or 0 end

return flow
