-- expect: stopped
-- The callback is Lua, and is stopped as Lua.
local function attack(victim)
  return ("x"):gsub("x", function() while victim do end end)
end

return { on = { x = attack } }
