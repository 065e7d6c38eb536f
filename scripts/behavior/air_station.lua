-- What the air is worth by the reference, what the gases are by sensors that the reference calibrates, and how often a sensor says what
-- cannot be.
local FAIR, POOR = 35, 70 -- % of the limit that is nearest
local ENOUGH = 30 -- references before their relation is believed
local SCALE = { co = 1, nox = 100 } -- so that what is estimated is near 1

-- What the gases are estimated from: the sensors, the weather, what of them is not straight, and the hour.
local function features(station)
  local telemetry = station.telemetry
  local s1, s2, s3 = telemetry.PT08_S1_CO, telemetry.PT08_S2_NMHC, telemetry.PT08_S3_NOx
  local s4, s5, warmth, humidity, vapour = telemetry.PT08_S4_NO2, telemetry.PT08_S5_O3, telemetry.T, telemetry.RH, telemetry.AH
  if not (s1 and s2 and s3 and s4 and s5 and warmth and humidity and vapour) or s3 < 1 then return nil end
  s1, s2, s3, s4, s5 = s1 / 1000, s2 / 1000, s3 / 1000, s4 / 1000, s5 / 1000
  local day = 2 * math.pi * (station:sample("T").at % 86400) / 86400
  return { 1, s1, s2, s3, s4, s5, warmth / 20, humidity / 50, vapour, s1 * s1, s2 * s2, 1 / s3,
           math.sin(day), math.cos(day), math.sin(2 * day), math.cos(2 * day) }
end

local function estimate(station, gas, known)
  local soon, long = station.state[gas .. "_soon"], station.state[gas .. "_long"]
  if not known or soon.count < ENOUGH then return nil end
  return math.max(0, (soon:estimate(table.unpack(known)) + long:estimate(table.unpack(known))) / 2)
end

local function learn(station, gas, known, reference)
  local soon, long, drift = station.state[gas .. "_soon"], station.state[gas .. "_long"], station.state[gas .. "_drift"]
  known[#known + 1] = reference / SCALE[gas]
  soon:add(table.unpack(known))
  long:add(table.unpack(known))
  known[#known] = nil
  local alarms = drift.alarms
  if long.count > ENOUGH then drift:add(long.error / long.deviation) end
  if drift.alarms > alarms then
    station:raise("sensors_drift")
    station:after("settled", "14d")
  end
end

-- The gases first as the sensors have them, then what a reference of this message teaches.
local function calibrate(station)
  local known = features(station)
  for gas, scale in pairs(SCALE) do
    local value = estimate(station, gas, known)
    if value then station.derived[gas] = value * scale end
    local reference = station:sample(gas .. "_reference")
    if known and reference and reference.quality ~= "bad" and reference.at ~= station.state[gas .. "_at"] then
      station.state[gas .. "_at"] = reference.at
      learn(station, gas, known, reference.value)
    end
  end
end

local function on_input(station)
  calibrate(station)
  local co, nox = station.telemetry.co_reference, station.telemetry.nox_reference
  if not co or not nox then return end
  local index = 100 * math.max(co / station.parameters.co_limit, nox / station.parameters.nox_limit)
  station.derived.index = index
  station.derived.air = index > POOR and "poor" or index > FAIR and "fair" or "good"
end

local function on_bad(station)
  station.derived.bad_samples = station.derived.bad_samples + 1
end

local function settled(station) station:clear("sensors_drift") end

local function init(station) station.derived.bad_samples = 0 end

return { init = init, on = { input = on_input, bad = on_bad, ["timer.settled"] = settled } }
