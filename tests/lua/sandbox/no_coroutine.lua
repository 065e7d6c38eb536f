-- expect: error there is no "coroutine"
-- Not on the list.
local function attack(victim)
  return coroutine, victim
end

return { on = { x = attack } }
