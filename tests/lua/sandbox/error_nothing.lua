-- expect: error raised a nil
-- An error without an error.
local function attack(victim)
  error(victim and nil)
end

return { on = { x = attack } }
