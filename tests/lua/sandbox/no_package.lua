-- expect: error there is no "package"
-- Not on the list.
local function attack(victim)
  return package, victim
end

return { on = { x = attack } }
