-- expect: error there is no "dofile"
-- Not on the list.
local function attack(victim)
  return dofile, victim
end

return { on = { x = attack } }
