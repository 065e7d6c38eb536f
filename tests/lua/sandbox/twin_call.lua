-- expect: error attempt to call
-- A handle is no function.
local function attack(victim)
  return victim()
end

return { on = { x = attack } }
