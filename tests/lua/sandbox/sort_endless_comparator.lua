-- expect: stopped
-- Loops inside of a C function.
local function attack(victim)
  table.sort({ 3, 2, 1 }, function() while victim do end end)
end

return { on = { x = attack } }
