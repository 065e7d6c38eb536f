-- Time until a battery is low, at the present use; of every model that extends battery_base.
local FEWEST = 10 -- points of the past that make a trend

local function predict(battery, series)
  local trend = series.soc:trend { per = "1h" }
  if trend.count < FEWEST then return nil, "too few samples yet" end
  if trend.slope >= 0 then return nil, "it is not being emptied" end
  return trend:reach(battery.parameters.low)
end

return { model = "battery_base", unit = "h", every = "30s", needs = { soc = "30m" },
         of = { field = "soc", below = "low" }, predict = predict }
