-- expect: stopped or error
-- Fills the stack, and again.
local function attack(victim)
  local function deeper(n) return 1 + deeper(n + 1) end
  while true do pcall(deeper, victim and 1) end
end

return { on = { x = attack } }
