-- expect: error more than 10000
-- 10^12 moves in one C call.
local function attack(victim)
  return table.move({ victim }, 1, 1000000000000, 2)
end

return { on = { x = attack } }
