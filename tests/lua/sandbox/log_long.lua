-- expect: ok
-- One log line of 60 kB with lines in it.
local function attack(victim)
  victim:log(("x\n\"\27"):rep(15000))
end

return { on = { x = attack } }
