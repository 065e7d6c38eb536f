-- expect: error method 'gsub'
-- No function takes a pattern.
local function attack(victim)
  return ("x"):gsub(".", victim)
end

return { on = { x = attack } }
