-- expect: error method 'match'
-- No function takes a pattern.
local function attack(victim)
  return ("x"):match(".-.-.-.-b"), victim
end

return { on = { x = attack } }
