-- An air station: five gas sensors that drift, beside a reference that speaks now and then.
return {
  title = "Air station", level = "asset", match = "air-*",
  telemetry = {
    PT08_S1_CO = { title = "CO sensor", range = { 0, 5000 }, stuck_after = "6h" },
    PT08_S2_NMHC = { title = "NMHC sensor", range = { 0, 5000 } },
    PT08_S3_NOx = { title = "NOx sensor", range = { 0, 5000 } },
    PT08_S4_NO2 = { title = "NO2 sensor", range = { 0, 5000 } },
    PT08_S5_O3 = { title = "O3 sensor", range = { 0, 5000 } },
    T = { title = "Temperature", unit = "Cel", range = { -50, 60 }, max_rate = 0.5 },
    RH = { title = "Humidity", unit = "%RH", range = { 0, 100 } },
    AH = { title = "Absolute humidity", range = { 0, 20 } },
    co_reference = { title = "CO, reference", unit = "mg/m3", range = { 0, 100 } },
    nox_reference = { title = "NOx, reference", unit = "ppb", range = { 0, 3000 } },
  },
  state = { usual_co = { ewma = "6h", of = "co_reference" } },
  alarms = {
    co_high = { severity = "warning", field = "co_reference", above = 10, deadband = 2, text = "{co_reference} mg/m3",
                advice = "Guideline for 8 hours is 10 mg/m3 (WHO)" },
  },
}
