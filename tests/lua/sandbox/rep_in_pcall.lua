-- expect: stopped
-- Refused, and again.
local function attack(victim)
  while victim do pcall(string.rep, "x", 1 << 31) end
end

return { on = { x = attack } }
