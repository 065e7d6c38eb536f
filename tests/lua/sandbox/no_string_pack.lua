-- expect: error attempt to call
-- Not on the list.
local function attack(victim)
  return ("x").pack("z", victim)
end

return { on = { x = attack } }
