-- expect: error longer than
-- Many long texts.
local function attack(victim)
  local text = ("x"):rep(60000)
  return ("%s%s%s%s%s%s%s%s"):format(text, text, text, text, text, text, text, victim)
end

return { on = { x = attack } }
