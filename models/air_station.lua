-- An air station: five gas sensors that drift, beside a reference that speaks now and then.
return {
  title = "Air station", level = "asset", match = "air-*",
  parameters = {
    co_limit = { title = "CO limit", unit = "mg/m3", default = 10, range = { 1, 100 } }, -- WHO, 8 hours
    nox_limit = { title = "NOx limit", unit = "ppb", default = 500, range = { 1, 3000 } },
  },
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
  properties = { place = { title = "Place", type = "location" } },
  derived = {
    index = { title = "Of the limits", unit = "%" },
    air = { title = "Air", type = "text" },
    bad_samples = { title = "Samples that cannot be" },
    co = { title = "CO, from the sensors", unit = "mg/m3" },
    nox = { title = "NOx, from the sensors", unit = "ppb" },
  },
  alarms = {
    co_high = { severity = "warning", field = "co_reference", above = "co_limit", deadband = 2, text = "{co_reference} mg/m3",
                advice = "Close the road, warn those who are outside" },
    sensors_drift = { severity = "info", text = "the sensors have moved against the reference",
                      advice = "References teach them anew; when they move again soon, change them" },
  },
  state = { -- what the sensors mean, learned from the references: soon forgotten and long remembered, the mean of both counts
    co_soon = { rls = "80d", inputs = 17 }, co_long = { rls = "200d", inputs = 17 },
    nox_soon = { rls = "30d", inputs = 17 }, nox_long = { rls = "80d", inputs = 17 },
    co_at = "time", nox_at = "time", -- of the newest reference
    co_drift = { page_hinkley = 0.3, limit = 12 }, nox_drift = { page_hinkley = 0.3, limit = 12 }, -- of errors, in their deviations
  },
}
