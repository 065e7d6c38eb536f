-- What a meter's behaviour made must always fit its count: both are one revision.
local function on_count(meter, value)
  meter.derived.twice = 2 * value
  meter.state.seen = (meter.state.seen or 0) + 1
end

return { on = { count = on_count } }
