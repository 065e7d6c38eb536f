-- expect: ok
-- A range of all numbers.
local function attack(victim)
  for _ = 1, 100 do assert(math.type(random(math.mininteger, math.maxinteger)) == "integer" and victim) end
end

return { on = { x = attack } }
