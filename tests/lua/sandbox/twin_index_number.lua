-- expect: error not a number
-- A handle is no list.
local function attack(victim)
  return victim[1]
end

return { on = { x = attack } }
