-- expect: error not declared
-- Changes what others see.
local function attack(victim)
  pairs = victim
end

return { on = { x = attack } }
