-- expect: error longer than
-- Each round doubles the text.
local function attack(victim)
  local text = "x"
  while victim do text = text:gsub("x", "xx") end
end

return { on = { x = attack } }
