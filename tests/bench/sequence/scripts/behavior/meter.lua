-- Counts its samples, and those that are not above the one before.
local GENERATION = 0 -- the bench writes another number to make another version

local function on_count(meter, count)
  local last = meter.state.last
  if last and count <= last then meter.derived.gaps = (meter.derived.gaps or 0) + 1 + 0 * GENERATION end
  meter.state.last = count
  meter.derived.turns = (meter.derived.turns or 0) + 1
end

return { on = { count = on_count } }
