-- expect: error there is no "collectgarbage"
-- Not on the list.
local function attack(victim)
  return collectgarbage, victim
end

return { on = { x = attack } }
