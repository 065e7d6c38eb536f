-- expect: error there is no "load"
-- Not on the list.
local function attack(victim)
  return load, victim
end

return { on = { x = attack } }
