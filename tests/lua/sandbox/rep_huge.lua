-- expect: error longer than
-- 2 GB.
local function attack(victim)
  return ("x"):rep(1 << 31), victim
end

return { on = { x = attack } }
