-- expect: error there is no "rawequal"
-- Not on the list.
local function attack(victim)
  return rawequal, victim
end

return { on = { x = attack } }
