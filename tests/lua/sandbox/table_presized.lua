-- expect: stopped
-- One big allocation by doubling.
local function attack(victim)
  local list = {}
  for i = 1, 1e9 do list[i] = victim end
end

return { on = { x = attack } }
