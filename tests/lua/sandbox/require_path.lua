-- expect: error only "lib.NAME"
-- Only loaded files of scripts/lib.
local function attack(victim)
  return require "lib.../../models/victim", victim
end

return { on = { x = attack } }
