-- expect: error there is no "loadfile"
-- Not on the list.
local function attack(victim)
  return loadfile, victim
end

return { on = { x = attack } }
