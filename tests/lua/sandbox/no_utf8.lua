-- expect: error there is no "utf8"
-- Not on the list.
local function attack(victim)
  return utf8, victim
end

return { on = { x = attack } }
