-- expect: error attempt to call
-- Not on the list.
local function attack(victim)
  return string.unpack("z", victim.id)
end

return { on = { x = attack } }
