-- expect: error wraps around
-- Beyond the last index.
local function attack(victim)
  return table.move({ victim }, 1, 10, math.maxinteger - 5)
end

return { on = { x = attack } }
