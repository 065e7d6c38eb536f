-- expect: stopped
-- Walks all for each step.
local function attack(victim)
  local list = {}
  for i = 1, 5000 do list["k" .. i] = i end
  local key
  while victim do key = next(list, key) end
end

return { on = { x = attack } }
