-- expect: error more than 10000
-- One long C call.
local function attack(victim)
  local list = {}
  for i = 1, 10001 do list[i] = -i end
  table.sort(list, victim and nil)
end

return { on = { x = attack } }
