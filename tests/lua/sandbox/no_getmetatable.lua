-- expect: error there is no "getmetatable"
-- Not on the list.
local function attack(victim)
  return getmetatable, victim
end

return { on = { x = attack } }
