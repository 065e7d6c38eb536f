-- Smooths the temperature and compares it with a limit, as most behaviours do something like.
local WEIGHT = 0.1 -- of the newest sample
local DEADBAND = 5 -- Cel

local function on_temperature(meter, temperature)
  local state = meter.state
  local mean = state.mean or temperature
  mean = mean + WEIGHT * (temperature - mean)
  state.mean, meter.derived.smooth = mean, mean
  local limit = meter.parameters.limit
  if mean > limit then
    meter:raise("hot")
  elseif mean < limit - DEADBAND then
    meter:clear("hot")
  end
end

return { on = { temperature = on_temperature } }
