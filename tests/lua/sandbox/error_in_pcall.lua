-- expect: stopped
-- Raises without end.
local function attack(victim)
  while victim do pcall(error, { victim }) end
end

return { on = { x = attack } }
