-- expect: error takes no values of its own
-- State that nobody declared.
local function attack(victim)
  victim.secret = 1
end

return { on = { x = attack } }
