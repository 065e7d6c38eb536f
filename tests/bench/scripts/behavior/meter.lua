-- Smooths the temperature and compares it with a limit, as most behaviours do something like.
local WEIGHT = 0.1 -- of the newest sample

local function on_temperature(meter, temperature)
  local mean = meter.state.mean or temperature
  mean = mean + WEIGHT * (temperature - mean)
  meter.state.mean = mean
  meter.derived.smooth = mean
  if mean > meter.parameters.limit then
    meter:raise("hot")
  elseif meter:is_raised("hot") and mean < meter.parameters.limit - 5 then
    meter:clear("hot")
  end
end

return { on = { temperature = on_temperature } }
