-- What the air is worth by the reference, and how often a sensor says what cannot be.
local FAIR, POOR = 35, 70 -- % of the limit that is nearest

local function on_input(station)
  local co, nox = station.telemetry.co_reference, station.telemetry.nox_reference
  if not co or not nox then return end
  local index = 100 * math.max(co / station.parameters.co_limit, nox / station.parameters.nox_limit)
  station.derived.index = index
  station.derived.air = index > POOR and "poor" or index > FAIR and "fair" or "good"
end

local function on_bad(station)
  station.derived.bad_samples = station.derived.bad_samples + 1
end

local function init(station) station.derived.bad_samples = 0 end

return { init = init, on = { input = on_input, bad = on_bad } }
