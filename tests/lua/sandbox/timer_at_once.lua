-- expect: error no duration
-- Would run before any input, for ever.
local function attack(victim)
  victim:after("nobody", "0s")
end

return { on = { x = attack } }
