-- expect: stopped
-- Long C calls, one after the other.
local function attack(victim)
  local list = {}
  for i = 1, 2000 do list[i] = (i * 7919) % 2003 end
  while victim do table.sort(list) table.sort(list, function(a, b) return a > b end) end
end

return { on = { x = attack } }
