-- expect: error there is no "rawget"
-- Not on the list.
local function attack(victim)
  return rawget, victim
end

return { on = { x = attack } }
