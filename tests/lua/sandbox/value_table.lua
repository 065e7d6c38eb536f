-- expect: error takes a number, not a table
-- No table in a twin.
local function attack(victim)
  victim.derived.y = {}
end

return { on = { x = attack } }
