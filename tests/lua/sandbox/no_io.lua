-- expect: error there is no "io"
-- Not on the list.
local function attack(victim)
  return io, victim
end

return { on = { x = attack } }
