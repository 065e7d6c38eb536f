-- expect: error the limit is 1024
-- No long text in a twin.
local function attack(victim)
  victim.state.note = ("x"):rep(2000)
end

return { on = { x = attack } }
