-- A rhythm is known after some beats; an odd beat stands out, and nothing does before enough was seen.
local function beats(t, patient, field, count, shape)
  for i = 0, count * 50 - 1 do
    t:sample(patient, { [field] = shape(i % 50) + (i * 7919 % 101) / 5000 })
    t:advance("8ms")
  end
end
local function beat(i) return i < 4 and 1 - math.abs(i - 2) / 2 or 0.1 * math.sin(i / 8) end
local function odd(i) return i < 20 and 1.5 - math.abs(i - 10) / 10 or 0 end

return {
  an_odd_beat_stands_out = function(t)
    local patient = t:twin("patient-1")
    beats(t, patient, "ecg", 40, beat)
    t:clear(patient, "odd_beat")
    t:is(patient.derived.ecg_anomaly < 0.5, "a usual beat has " .. patient.derived.ecg_anomaly)
    beats(t, patient, "ecg", 1, odd)
    t:is(patient.derived.ecg_anomaly > 0.8, "an odd one has " .. patient.derived.ecg_anomaly)
    t:raised(patient, "odd_beat")
  end,

  the_pressure_is_judged_by_itself = function(t)
    local patient = t:twin("patient-1")
    beats(t, patient, "pressure", 40, function(i) return 80 + 40 * math.max(0, math.sin(i / 8)) end)
    t:equal(patient.derived.ecg_anomaly, nil)
    t:clear(patient, "odd_pulse")
    for i = 0, 9 do
      t:sample(patient, { pressure = 80 - 6 * i })
      t:advance("8ms")
    end
    t:raised(patient, "odd_pulse")
  end,

  a_few_samples_say_nothing = function(t)
    local patient = t:twin("patient-1")
    beats(t, patient, "ecg", 2, beat)
    t:equal(patient.derived.ecg_anomaly, nil)
  end,
}
