-- expect: error not a finite number
-- No NaN or infinity in a twin.
local function attack(victim)
  victim.derived.y = 1 / 0
end

return { on = { x = attack } }
