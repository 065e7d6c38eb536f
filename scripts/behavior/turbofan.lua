-- Readings are standardised by what is usual in the regime they were taken in, so that flights at different heights compare; what is
-- far from anything usual is a broken sensor and is left out. The course of each sensor, and how old the engine is, tell how long it lasts.
local FARTHEST <const> = 8 -- standard deviations; worn engines stay within 4
local sensors = { "s2", "s3", "s4", "s7", "s8", "s9", "s11", "s12", "s13", "s14", "s15", "s17", "s20", "s21" }
local views = { "fast", "slow", "mean", "slope", "change", "median" }

local function follow(engine, standard)
  for _, sensor in ipairs(sensors) do
    local z = standard[sensor]
    if z and math.abs(z) < FARTHEST then engine.state[sensor .. "_course"]:add(z) end
  end
end

local function note_regime(state, regime)
  if regime and state.regime and regime ~= state.regime then state.regimes = 2 end
  state.regime = regime or state.regime
end

local function features(engine)
  local list = { engine.state.cycles, engine.state.regimes or 1 }
  for _, sensor in ipairs(sensors) do
    local course = engine.state[sensor .. "_course"]
    for _, view in ipairs(views) do list[#list + 1] = course[view] or false end
  end
  return list
end

local function on_input(engine)
  local standard, regime = engine:learned("normal")
  engine.state.cycles = (engine.state.cycles or 0) + 1
  if not standard then return engine:log(regime) end -- not trained: why
  note_regime(engine.state, regime)
  follow(engine, standard)
  local rul, low, high = engine:learned("rul", features(engine))
  if not rul then return engine:log(low) end
  engine.derived.rul, engine.derived.rul_low, engine.derived.rul_high = rul, low, high
end

return { on = { input = on_input } }
