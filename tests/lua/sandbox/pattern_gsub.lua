-- expect: error matching took more than
-- Quadratic for each place.
local function attack(victim)
  return (("a"):rep(60000)):gsub("a*a*b", ""), victim
end

return { on = { x = attack } }
