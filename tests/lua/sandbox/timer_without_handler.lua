-- expect: error has no on
-- A timer for nobody.
local function attack(victim)
  victim:after("nobody", "1s")
end

return { on = { x = attack } }
