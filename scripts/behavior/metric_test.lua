-- A metric says what is new, once, and nothing of what it knows.
local function daily(t, metric, from, to, change)
  for i = from, to do
    t:sample(metric, { value = change and change(i) or 100 + 20 * math.sin(i * math.pi / 24) + (i * 7919 % 13) / 6 })
    t:advance("30m")
  end
end

return {
  a_day_like_all_others_is_not_new = function(t)
    local metric = t:twin("metric-1")
    daily(t, metric, 1, 480)
    t:clear(metric, "unusual")
    t:equal(metric.derived.anomaly, 0)
  end,

  a_jump_is_new_and_said_once = function(t)
    local metric = t:twin("metric-1")
    daily(t, metric, 1, 700)
    daily(t, metric, 701, 701, function() return 400 end)
    t:raised(metric, "unusual")
    daily(t, metric, 702, 702, function() return 400 end)
    t:equal(metric.derived.anomaly, 0) -- it goes on, and has been said
  end,

  a_night_in_the_middle_of_the_day_is_new = function(t)
    local metric = t:twin("metric-1")
    daily(t, metric, 1, 12 + 48 * 16)
    local most = 0
    for i = 13 + 48 * 16, 24 + 48 * 16 do -- values as they are every night
      daily(t, metric, i, i, function() return 82 + i % 3 end)
      most = math.max(most, metric.derived.anomaly)
    end
    t:is(most > 0.5, "it was " .. most)
  end,

  what_never_changes_is_never_new = function(t)
    local metric = t:twin("metric-1")
    daily(t, metric, 1, 300, function() return 5 end)
    t:equal(metric.derived.anomaly, 0)
  end,

  three_samples_say_nothing = function(t)
    local metric = t:twin("metric-1")
    for _, value in ipairs { 1, 1e9, -1e9 } do
      t:sample(metric, { value = value })
      t:advance("1s")
    end
    t:equal(metric.derived.anomaly, 0)
  end,
}
