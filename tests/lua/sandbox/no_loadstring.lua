-- expect: error there is no "loadstring"
-- Not on the list.
local function attack(victim)
  return loadstring, victim
end

return { on = { x = attack } }
