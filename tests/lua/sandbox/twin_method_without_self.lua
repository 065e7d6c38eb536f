-- expect: error with a colon
-- No handle.
local function attack(victim)
  victim.raise("a")
end

return { on = { x = attack } }
