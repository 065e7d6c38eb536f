-- expect: error
-- A wish is not a right.
local function attack(victim)
  local _ENV = { victim = victim }
  os.exit()
end

return { on = { x = attack } }
