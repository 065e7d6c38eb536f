-- expect: ok
-- Where the index would wrap around.
local function attack(victim)
  assert(select("#", table.unpack({ victim }, math.maxinteger, math.maxinteger)) == 1)
end

return { on = { x = attack } }
