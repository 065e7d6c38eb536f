-- expect: error has no length
-- A handle is no list.
local function attack(victim)
  return #victim
end

return { on = { x = attack } }
