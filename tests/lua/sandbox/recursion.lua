-- expect: stopped or error
-- Fills the stack.
local function attack(victim)
  local function deeper(n) return 1 + deeper(n + 1) end
  deeper(victim and 1)
end

return { on = { x = attack } }
