-- expect: stopped
-- Grows while it is walked.
local function attack(victim)
  local list = { 1 }
  while true do for key in pairs(list) do list[key + 1] = victim list[key] = nil end end
end

return { on = { x = attack } }
