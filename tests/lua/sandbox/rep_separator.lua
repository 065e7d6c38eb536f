-- expect: error longer than
-- 2^40 separators.
local function attack(victim)
  return (""):rep(1 << 40, "x"), victim
end

return { on = { x = attack } }
