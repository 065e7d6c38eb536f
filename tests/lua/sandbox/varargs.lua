-- expect: stopped or error
-- Values on the stack.
local function attack(victim)
  local function more(...) return more(victim, ...) end
  more()
end

return { on = { x = attack } }
