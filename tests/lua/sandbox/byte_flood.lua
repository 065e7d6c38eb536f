-- expect: stopped or memory or error
-- 60,000 results, and again.
local function attack(victim)
  local text = ("x"):rep(60000)
  while victim do local _ = { text:byte(1, -1) } end
end

return { on = { x = attack } }
