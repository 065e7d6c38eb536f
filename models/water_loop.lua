-- A water circuit with a pump, a tank and valves: whether its eight sensors together do what they usually do.
local sensors = {
  "Accelerometer1RMS", "Accelerometer2RMS", "Current", "Pressure", "Temperature", "Thermocouple", "Voltage", "VolumeFlowRateRMS",
}
local units = { Accelerometer1RMS = "m/s2", Accelerometer2RMS = "m/s2", Current = "A", Pressure = "bar", Temperature = "Cel",
                Thermocouple = "Cel", Voltage = "V", VolumeFlowRateRMS = "l/min" }
local telemetry = {}
for _, sensor in ipairs(sensors) do telemetry[sensor] = { unit = units[sensor] } end

return {
  model = "water_loop", title = "Water circuit", level = "system", match = "water-loop-*",
  telemetry = telemetry,
  derived   = {
    anomaly = { title = "Anomaly, 0 to 1 (0.5: the limit)" },
    suspect = { title = "Sensor with the largest share", type = "text" },
  },
  alarms    = { unusual = { severity = "warning", field = "anomaly", above = 0.5, deadband = 0.05, text = "{suspect} above all",
                            advice = "Look at the valves and the pump, then at that sensor" } },
  state     = { loop = { mewma = 400, factor = 0.3, of = sensors } }, -- learns from its first 400 messages
}
