-- When a monitor calls somebody, and when not.
return {
  a_racing_heart_asks_for_the_pressure = function(t)
    local monitor = t:twin("monitor-1", { model = "patient_monitor" })
    t:sample(monitor, { heart_rate = 130 })
    t:advance("6s")
    t:sample(monitor, { heart_rate = 135 })
    t:advance("6s")
    t:raised(monitor, "tachycardia")
    t:answer(monitor, 1, "done")
    t:sample(monitor, { systolic = 120, diastolic = 80 })
    t:equal(monitor.derived.mean_pressure, 93.33, 0.01)
  end,
  a_cough_calls_nobody = function(t)
    local monitor = t:twin("monitor-1", { model = "patient_monitor" })
    t:sample(monitor, { heart_rate = 130 })
    t:advance("5s")
    t:sample(monitor, { heart_rate = 80 })
    t:advance("8s")
    t:clear(monitor, "tachycardia")
  end,
  a_sensor_that_falls_off_is_told = function(t)
    local monitor = t:twin("monitor-1", { model = "patient_monitor" })
    t:sample(monitor, { spo2 = 97 })
    t:advance("16s")
    t:raised(monitor, "sensor_off")
    t:sample(monitor, { spo2 = 96 })
    t:clear(monitor, "sensor_off")
  end,
}
