-- expect: error address
-- Would differ from run to run.
local function attack(victim)
  return ("%p"):format({ victim })
end

return { on = { x = attack } }
