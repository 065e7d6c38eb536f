-- expect: stopped or ok
-- Quadratic in Lua's own plain search.
local function attack(victim)
  local text, wanted = ("a"):rep(60000), ("a"):rep(30000) .. "b"
  for _ = 1, 100 do assert(victim and not text:find(wanted, 1, true)) end
end

return { on = { x = attack } }
