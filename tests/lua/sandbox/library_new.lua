-- expect: error cannot be changed
-- Changes what others see.
local function attack(victim)
  string.trim = victim
end

return { on = { x = attack } }
