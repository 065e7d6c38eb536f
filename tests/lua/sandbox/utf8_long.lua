-- expect: error no more than 65536
-- Linear in C over megabytes.
local function attack(victim)
  local text = ("x"):rep(65536)
  return utf8.len(text .. text), victim
end

return { on = { x = attack } }
