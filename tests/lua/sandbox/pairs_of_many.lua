-- expect: error more than 10000
-- A long sort in one C call.
local function attack(victim)
  local list = {}
  for i = 1, 20000 do list[i] = i end
  for _ in pairs(list) do assert(victim) end
end

return { on = { x = attack } }
