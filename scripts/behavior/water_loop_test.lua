-- The circuit learns what is usual; a valve that closes takes the flow, and is named.
local function run(t, circuit, seconds, flow)
  for i = 1, seconds do
    local noise = (i * 7919 % 101) / 100 - 0.5
    t:sample(circuit, {
      Accelerometer1RMS = 0.2 + 0.01 * noise, Accelerometer2RMS = 0.27 + 0.01 * ((i * 104729 % 97) / 97 - 0.5),
      Current = 2.2 + noise, Voltage = 230 + 10 * ((i * 71 % 73) / 73), Pressure = 0.4 + 0.3 * ((i * 31 % 89) / 89 - 0.5),
      Temperature = 90 + 0.2 * ((i * 53 % 83) / 83), Thermocouple = 27 + 0.1 * ((i * 67 % 79) / 79),
      VolumeFlowRateRMS = flow + 2 * ((i * 29 % 71) / 71 - 0.5),
    })
    t:advance("1s")
  end
end

return {
  a_valve_that_closes_is_found = function(t)
    local circuit = t:twin("water-loop-1")
    run(t, circuit, 399, 125)
    t:equal(circuit.derived.anomaly, nil) -- it is still learning
    run(t, circuit, 100, 125)
    t:clear(circuit, "unusual")
    run(t, circuit, 30, 115)
    t:raised(circuit, "unusual")
    t:equal(circuit.derived.suspect, "VolumeFlowRateRMS")
    run(t, circuit, 150, 125)
    t:clear(circuit, "unusual")
  end,
}
