-- expect: error raised a table
-- Nobody calls its __tostring.
local function attack(victim)
  error({ victim })
end

return { on = { x = attack } }
