-- expect: error field 'dump'
-- Not on the list.
local function attack(victim)
  return string.dump(print), victim
end

return { on = { x = attack } }
