-- expect: stopped
-- Fills the disk with log lines.
local function attack(victim)
  while victim do print("x") end
end

return { on = { x = attack } }
