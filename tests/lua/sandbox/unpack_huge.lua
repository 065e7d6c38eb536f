-- expect: error more than 1000
-- 10^12 values on the stack.
local function attack(victim)
  return table.unpack({ victim }, 1, 1000000000000)
end

return { on = { x = attack } }
