-- expect: error out of bounds
-- 10^12 shifts in one C call.
local function attack(victim)
  table.remove({ victim }, 1000000000000)
end

return { on = { x = attack } }
