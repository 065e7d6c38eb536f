-- expect: error non-closable
-- No __close without a metatable.
local function attack(victim)
  local held <close> = { victim }
  return held
end

return { on = { x = attack } }
