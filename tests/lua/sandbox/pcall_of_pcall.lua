-- expect: stopped
-- The kill meets nothing but pcall.
local function attack(victim)
  while victim do pcall(pcall, pcall, error) end
end

return { on = { x = attack } }
