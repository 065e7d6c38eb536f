-- expect: error only "lib.NAME"
-- Only loaded files of scripts/lib.
local function attack(victim)
  return require "os", victim
end

return { on = { x = attack } }
