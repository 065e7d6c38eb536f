-- expect: error there is no "rawset"
-- Not on the list.
local function attack(victim)
  return rawset, victim
end

return { on = { x = attack } }
