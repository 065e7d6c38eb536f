-- expect: error there is no "setmetatable"
-- Not on the list.
local function attack(victim)
  return setmetatable, victim
end

return { on = { x = attack } }
