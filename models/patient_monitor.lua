-- A patient monitor at a bed: limits with a delay, so that a cough calls nobody.
return {
  title = "Patient monitor", level = "asset", match = "monitor-*", auto_create = false, -- nobody is to watch a bed that is a typing mistake
  parameters = {
    heart_rate_high = { unit = "beat/min", default = 120, range = { 60, 250 } },
    heart_rate_low = { unit = "beat/min", default = 45, range = { 20, 80 } },
    spo2_low = { unit = "%", default = 90, range = { 50, 100 } },
  },
  telemetry = {
    heart_rate = { title = "Heart rate", unit = "beat/min", range = { 10, 300 }, spike = { by = 60, window = 5 }, stuck_after = "5m",
                   stale_after = "15s" },
    spo2 = { title = "Oxygen", unit = "%", range = { 30, 100 }, max_rate = 10, stale_after = "15s" },
    temperature = { title = "Temperature", unit = "Cel", range = { 20, 45 }, stale_after = "2m" },
    systolic = { title = "Systolic", unit = "mmHg", range = { 30, 300 } },
    diastolic = { title = "Diastolic", unit = "mmHg", range = { 10, 200 } },
  },
  derived = { mean_pressure = { title = "Mean pressure", unit = "mmHg" } },
  commands = { measure_pressure = { title = "Measure the pressure", timeout = "2m" } },
  alarms = {
    tachycardia = { severity = "critical", field = "heart_rate", above = "heart_rate_high", deadband = 10, delay = "10s",
                    text = "{heart_rate} a minute", advice = "See the patient" },
    bradycardia = { severity = "critical", field = "heart_rate", below = "heart_rate_low", deadband = 5, delay = "10s",
                    text = "{heart_rate} a minute", advice = "See the patient" },
    desaturation = { severity = "critical", field = "spo2", below = "spo2_low", deadband = 2, delay = "10s", text = "{spo2} %",
                     advice = "See the patient, look at the finger clip" },
    sensor_off = { severity = "warning", text = "a sensor is silent", advice = "Look at the electrodes and the clip" },
  },
  state = { asked = "time" },
}
