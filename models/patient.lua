-- A patient's heart and blood pressure, sample by sample: beats and pulses that are not like those before.
return {
  model = "patient", title = "Patient", level = "asset", match = "patient-*",
  parameters = {
    usual_over = { title = "Samples over which the usual distance is followed", default = 4000, range = { 100, 1000000 } },
  },
  telemetry  = { ecg = { title = "ECG" }, pressure = { title = "Arterial pressure", unit = "mmHg" } },
  derived    = { ecg_anomaly = { title = "ECG anomaly, 0 to 1" }, pressure_anomaly = { title = "Pressure anomaly, 0 to 1" } },
  alarms     = {
    odd_beat  = { severity = "warning", field = "ecg_anomaly", above = 0.8, deadband = 0.2, text = "{ecg_anomaly}",
                  advice = "Look at the strip" },
    odd_pulse = { severity = "critical", field = "pressure_anomaly", above = 0.8, deadband = 0.2, text = "{pressure_anomaly}",
                  advice = "Look at the patient: a bleeding is possible" },
  },
  state      = {
    beat  = { discord = 60, memory = 2000, centred = 1, of = "ecg" },      -- distance from the nearest of the last seconds
    pulse = { discord = 30, memory = 2000, centred = 1, of = "pressure" },
    beat_usual = "number", pulse_usual = "number",                         -- logarithm of the usual distance
  },
}
