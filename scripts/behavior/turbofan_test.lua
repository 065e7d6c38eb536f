-- A young engine lasts as long as can be told; one whose sensors have moved as worn ones do has little left.
-- What the sensors read when the engine is as those of the fleet are, at sea level.
local usual = { 518.67, 642.7, 1590.5, 1409, 14.62, 21.61, 553.4, 2388.1, 9065, 1.3, 47.54, 521.4,
                2388.1, 8144, 8.44, 0.03, 393, 2388, 100, 38.82, 23.29 }
local worn = { s2 = 1.1, s3 = 14, s4 = 22, s7 = -2.2, s8 = 0.13, s9 = 20, s11 = 0.62, s12 = -1.9,
               s13 = 0.13, s14 = 12, s15 = 0.09, s17 = 3.5, s20 = -0.42, s21 = -0.25 }

local function fly(t, engine, cycles, wear)
  for cycle = 1, cycles do
    local row = { setting1 = 0, setting2 = 0, setting3 = 100 }
    for i, value in ipairs(usual) do row["s" .. i] = value + (worn["s" .. i] or 0) * wear(cycle) end
    t:sample(engine, row)
    t:advance("1h")
  end
end

return {
  wear_brings_the_end_nearer = function(t)
    local engine = t:twin("turbofan-1")
    fly(t, engine, 60, function() return -0.7 end)
    local young = engine.derived.rul
    t:is(young > 90, "a young engine has " .. young)
    t:clear(engine, "service_due")
    fly(t, engine, 100, function(cycle) return -0.7 + 2.6 * (cycle / 100) ^ 2 end)
    t:is(engine.derived.rul < 30, "a worn one has " .. engine.derived.rul)
    t:is(engine.derived.rul_low <= engine.derived.rul and engine.derived.rul <= engine.derived.rul_high)
    t:raised(engine, "service_due")
  end,

  a_broken_sensor_is_left_out = function(t)
    local engine = t:twin("turbofan-1")
    fly(t, engine, 60, function() return -0.7 end)
    local before = engine.derived.rul
    local row = { setting1 = 0, setting2 = 0, setting3 = 100 }
    for i, value in ipairs(usual) do row["s" .. i] = value - 0.7 * (worn["s" .. i] or 0) end
    row.s11 = 1000
    t:sample(engine, row)
    t:equal(engine.derived.rul, before, 3)
  end,

  without_settings_nothing_is_known_of_the_regime = function(t)
    local engine = t:twin("turbofan-1")
    t:sample(engine, { s2 = 642 })
    t:equal(engine.state.s2_course.count, 0)
  end,
}
