-- expect: stopped
-- 2^n bytes after n steps.
local function attack(victim)
  local text = "x"
  while victim do text = text .. text end
end

return { on = { x = attack } }
