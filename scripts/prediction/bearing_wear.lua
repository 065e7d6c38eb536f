-- Time until vibration reaches the limit, at the present trend.
local FEWEST = 10 -- points of the past that make a trend
local CLEAR = 0.3 -- share of the variance (r2) that the line must explain

local function predict(pump, series)
  local trend = series.vibration:trend { per = "1h" } -- least squares
  if trend.count < FEWEST then return nil, "too few samples yet" end
  if trend.slope <= 0 or trend.r2 < CLEAR then return nil, "vibration is not rising clearly" end
  return trend:reach(pump.parameters.vibration_limit) -- { value =, low =, high = }
end

return { model = "pump", unit = "h", every = "10s", needs = { vibration = "48h" }, band = 0.9,
         of = { field = "vibration", above = "vibration_limit" }, predict = predict }
