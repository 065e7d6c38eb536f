-- expect: error longer than
-- 4 GB.
local function attack(victim)
  return (("x"):rep(65536)):gsub("x", ("y"):rep(65536)), victim
end

return { on = { x = attack } }
