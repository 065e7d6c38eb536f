-- Five measures of strangeness, each as the share of the past that was as strange (a conformal p-value), are put together as Fisher
-- does it. What was reported raises the bar for the next report, and the bar comes down again over `memory` samples.
local WARM_UP <const> = 30 -- samples of a measure before it is ranked
local SILENT  <const> = 50 -- samples before anything is said
local STEP    <const> = 0.6 -- a second report must be so much stranger than the one before
local SCALE   <const> = 10.4 -- strangeness of an anomaly of 1

local measures = { short = "distance", long = "distance", shape = "distance", hour = "z", minute = "z" }

-- -log10 of the share of the past that was as strange; nothing is known yet: not strange.
local function surprise(metric, name, samples)
  local measured, seen = metric.state[name][measures[name]], metric.state[name .. "_seen"]
  if not measured or samples <= WARM_UP then return 0 end
  local share = seen:tail(math.abs(measured))
  seen:add(math.abs(measured))
  return -math.log(share, 10)
end

-- Mean surprise of the measures, less what chance alone brings in a longer and longer past.
local function strangeness(metric, samples)
  local sum = 0
  for name in pairs(measures) do sum = sum + surprise(metric, name, samples) end
  if sum == 0 then return 0 end
  return 2 + sum * 2 / 5 - math.log(samples / 1000, 10)
end

local function on_value(metric, value)
  local state, at = metric.state, metric:sample("value").at
  if state.at and at <= state.at then return end -- the same reading again
  state.at = at
  state.samples = (state.samples or 0) + 1
  state.shape:add(value < 0 and -math.log(1 - value) or math.log(1 + value))
  local strange = strangeness(metric, state.samples)
  local age = state.samples - (state.reported_at or -math.huge)
  local bar = math.max(1, ((state.reported or 0) + STEP) * (1 - age / metric.parameters.memory))
  if strange <= bar or state.samples <= SILENT then
    metric.derived.anomaly = 0
    return
  end
  state.reported, state.reported_at = strange, state.samples
  metric.derived.anomaly = math.min(1, strange / SCALE)
end

return { on = { value = on_value } }
