-- How many times further from all it knows than is usual: 1 is 0, twice is 0.5, ten times is 0.9.
local MOST <const> = 1 -- a distance moves the usual one by no more, in powers of e

local function judge(patient, name, field)
  local state, shape = patient.state, patient.state[name]
  local distance = shape.distance
  if not distance then return end -- not enough has been seen
  local log, usual = math.log(distance + 1e-9), state[name .. "_usual"] or math.log(1e-9)
  local share = math.max(1 / shape.count, 1 / patient.parameters.usual_over)
  patient.derived[field] = math.max(0, 1 - math.exp(usual - log))
  state[name .. "_usual"] = state[name .. "_usual"] and usual + share * math.max(-MOST, math.min(log - usual, MOST)) or log
end

local function on_ecg(patient) judge(patient, "beat", "ecg_anomaly") end
local function on_pressure(patient) judge(patient, "pulse", "pressure_anomaly") end

return { on = { ecg = on_ecg, pressure = on_pressure } }
