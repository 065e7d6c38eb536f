-- expect: error read-only
-- Around the guard of assignment.
local function attack(victim)
  table.insert(table, victim)
end

return { on = { x = attack } }
