-- expect: stopped
-- A loop without a loop.
local function attack(victim)
  ::again:: if victim then goto again end
end

return { on = { x = attack } }
