-- expect: ok
-- No order at all: must neither crash nor raise.
local function attack(victim)
  local list = {}
  for i = 1, 500 do list[i] = i end
  table.sort(list, function() return random() < 0.5 end)
  assert(#list == 500 and victim)
end

return { on = { x = attack } }
