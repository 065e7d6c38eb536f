-- expect: stopped
-- What a script may catch is not the deadline.
local function attack(victim)
  local text = ("a"):rep(3000)
  while victim do pcall(text.match, text, (".-"):rep(12) .. "b") end
end

return { on = { x = attack } }
