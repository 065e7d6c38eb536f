-- expect: stopped
-- Many small allocations.
local function attack(victim)
  local list = {}
  for i = 1, 1e9 do list[i] = { victim, i } end
end

return { on = { x = attack } }
