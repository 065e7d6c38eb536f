-- expect: stopped or error
-- Fills the log.
local function attack(victim)
  while true do victim:send(victim, "poke") end
end

return { on = { x = attack } }
