-- expect: stopped
-- Swallows the kill, again and again.
local function attack(victim)
  while victim do pcall(function() while true do end end) end
end

return { on = { x = attack } }
