-- expect: stopped or error
-- Each one shifts all.
local function attack(victim)
  local list = {}
  while victim do table.insert(list, 1, 0) end
end

return { on = { x = attack } }
