-- expect: error has no order
-- An order by address would differ from run to run.
local function attack(victim)
  for _ in pairs({ [victim] = 1 }) do end
end

return { on = { x = attack } }
