-- The distance of all sensors from what they learned, as a multiple of its limit, is shown as 0 to 1, and which sensor it comes from.
local sensors = {
  "Accelerometer1RMS", "Accelerometer2RMS", "Current", "Pressure", "Temperature", "Thermocouple", "Voltage", "VolumeFlowRateRMS",
}

local function suspect(loop)
  local most, name = 0, nil
  for i, sensor in ipairs(sensors) do
    local share = loop:share(i)
    if share > most then most, name = share, sensor end
  end
  return name
end

local function on_input(circuit)
  local loop = circuit.state.loop
  if not loop.ratio then return end -- it is still learning
  circuit.derived.anomaly = loop.ratio / (1 + loop.ratio)
  circuit.derived.suspect = suspect(loop)
end

return { on = { input = on_input } }
