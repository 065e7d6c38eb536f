-- expect: error more than 10000
-- 10^12 elements.
local function attack(victim)
  return table.concat({ victim and "" }, "", 1, 1000000000000)
end

return { on = { x = attack } }
