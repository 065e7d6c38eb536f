-- expect: ok
-- 2^62 empty copies in Lua's own rep.
local function attack(victim)
  assert(victim and string.rep("", 1 << 62) == "")
end

return { on = { x = attack } }
