-- expect: ok
-- No address, so nothing that differs from run to run.
local function attack(victim)
  assert(tostring({}) == "table" and tostring(print) == "function" and victim)
  assert(("%s"):format({}) == "table" and tostring(victim) == "twin victim-1")
end

return { on = { x = attack } }
