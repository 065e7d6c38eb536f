-- Where a value stands between two others.

-- 0 at `from`, 1 at `to`, in between in proportion, never outside; `from` may be the larger one.
local function share(value, from, to)
  return math.max(0, math.min(1, (value - from) / (to - from)))
end

return { share = share }
