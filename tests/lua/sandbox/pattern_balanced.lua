-- expect: error matching took more than
-- Quadratic: each bracket looks for its other.
local function attack(victim)
  return (("("):rep(60000)):match("%b()"), victim
end

return { on = { x = attack } }
