-- The capacity's level and slope, by a filter that knows what cells usually lose, lead to the cycle at which the cell is worn out.
local function tell(cell, value, low, high)
  cell.derived.end_of_life, cell.derived.end_of_life_low, cell.derived.end_of_life_high = value, low, high
  cell.derived.cycles_left = value and math.max(0, value - cell.state.wear.count)
end

local function on_capacity(cell, capacity)
  local wear, state, limit = cell.state.wear, cell.state, cell.parameters.worn_out
  if not state.ended_at and capacity < limit then state.ended_at = wear.count end
  if state.ended_at then return tell(cell, state.ended_at, state.ended_at, state.ended_at) end
  local now, left = wear.count, wear:reach(limit)
  if not left then return tell(cell, nil, now, nil) end -- it does not lose capacity: no end in sight
  tell(cell, now + math.max(1, left), now + math.max(1, wear:reach_low(limit)), now + wear:reach_high(limit))
end

return { on = { capacity = on_capacity } }
