-- expect: error
-- A number of 10^9 characters.
local function attack(victim)
  return ("%1000000000d"):format(victim and 1)
end

return { on = { x = attack } }
