-- expect: error not declared
-- State that nobody declared.
local function attack(victim)
  leaked = victim
end

return { on = { x = attack } }
