-- expect: error bitwise
-- A handle is no number.
local function attack(victim)
  return victim | 1
end

return { on = { x = attack } }
