-- expect: stopped
-- Functions are memory too.
local function attack(victim)
  local last
  while victim do local before = last last = function() return before end end
end

return { on = { x = attack } }
