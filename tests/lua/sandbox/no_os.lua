-- expect: error there is no "os"
-- Not on the list.
local function attack(victim)
  return os, victim
end

return { on = { x = attack } }
