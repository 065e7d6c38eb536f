-- expect: error longer than
-- Long texts, many of them.
local function attack(victim)
  local list, text = {}, ("x"):rep(60000)
  for i = 1, 1000 do list[i] = text end
  return table.concat(list), victim
end

return { on = { x = attack } }
