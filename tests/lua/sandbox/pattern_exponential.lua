-- expect: error matching took more than
-- Takes 2^40 steps in Lua's own matcher.
local function attack(victim)
  return (("a"):rep(40)):find(("a?"):rep(40) .. ("a"):rep(40) .. "b"), victim
end

return { on = { x = attack } }
