-- expect: stopped
-- Fills the log, and catches the refusal.
local function attack(victim)
  while true do pcall(victim.send, victim, victim, "poke") end
end

return { on = { x = attack } }
