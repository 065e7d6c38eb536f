-- expect: error there is no "debug"
-- Not on the list.
local function attack(victim)
  return debug, victim
end

return { on = { x = attack } }
