-- expect: stopped
-- Catches the refusal.
local function attack(victim)
  local text = "x"
  while victim do pcall(function() text = text .. text end) end
end

return { on = { x = attack } }
