-- expect: error attempt to compare
-- Raises inside of the sort.
local function attack(victim)
  table.sort({ 1, "a", victim })
end

return { on = { x = attack } }
