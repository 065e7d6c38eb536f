-- expect: error matching took more than
-- Polynomial of a high degree.
local function attack(victim)
  return (("a"):rep(3000)):match((".-"):rep(12) .. "b"), victim
end

return { on = { x = attack } }
