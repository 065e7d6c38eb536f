-- expect: error the range is empty
-- A range without numbers.
local function attack(victim)
  return random(2, 1), victim
end

return { on = { x = attack } }
