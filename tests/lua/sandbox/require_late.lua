-- expect: error while the file loads
-- No file is read in a turn.
local function attack(victim)
  return require "lib.nowhere", victim
end

return { on = { x = attack } }
