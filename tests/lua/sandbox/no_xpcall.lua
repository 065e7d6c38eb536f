-- expect: error there is no "xpcall"
-- Not on the list.
local function attack(victim)
  return xpcall, victim
end

return { on = { x = attack } }
