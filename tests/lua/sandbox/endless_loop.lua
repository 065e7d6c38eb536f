-- expect: stopped
-- The plain one.
local function attack(victim)
  while victim do end
end

return { on = { x = attack } }
