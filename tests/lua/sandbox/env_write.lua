-- expect: error not declared
-- The globals by their other name.
local function attack(victim)
  _ENV.pairs = victim
end

return { on = { x = attack } }
