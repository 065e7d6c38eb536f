-- expect: error 256 items
-- No pattern needs so many items.
local function attack(victim)
  return ("x"):match((".?"):rep(5000)), victim
end

return { on = { x = attack } }
