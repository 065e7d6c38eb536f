-- expect: stopped or ok
-- Every level catches the overflow below it.
local function attack(victim)
  local function deeper() pcall(deeper) pcall(deeper) end
  deeper(victim)
end

return { on = { x = attack } }
