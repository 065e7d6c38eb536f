-- expect: error cannot be changed
-- Changes what others see.
local function attack(victim)
  math.floor = victim
end

return { on = { x = attack } }
