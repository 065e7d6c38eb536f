-- expect: error with a colon
-- A part of a twin is no twin.
local function attack(victim)
  victim.raise(victim.state, "a")
end

return { on = { x = attack } }
