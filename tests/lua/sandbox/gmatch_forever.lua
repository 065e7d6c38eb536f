-- expect: stopped
-- An iterator that is made anew for ever.
local function attack(victim)
  while victim do for _ in ("abc"):gmatch("") do pcall(error) end end
end

return { on = { x = attack } }
