-- expect: error xxx
-- A sentence of 60 kB.
local function attack(victim)
  error(("x"):rep(60000) .. tostring(victim))
end

return { on = { x = attack } }
