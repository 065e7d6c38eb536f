-- expect: error read-only
-- Around the guard of assignment.
local function attack(victim)
  table.sort(math, victim and nil)
end

return { on = { x = attack } }
