-- expect: error index a string value
-- Damages every text there is.
local function attack(victim)
  ("").rep = victim
end

return { on = { x = attack } }
