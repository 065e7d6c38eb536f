-- An incubator whose box cools faster than its physics can explain has its lid open.
local scale = require "lib.scale"

local OPEN = -2.5    -- mean surprise, in standard deviations of a reading
local CLOSED = 0.4   -- the box warms faster than an open one could
local SURPRISE_MOST = 8 -- of one reading, so that one alone says little

local function inside(incubator) -- mean of the thermometers that are not in the room
  local sum, count = 0, 0
  for _, name in ipairs { "t1", "t2", "t3" } do
    local reading = name ~= incubator.parameters.room and incubator.telemetry[name]
    if reading then sum, count = sum + reading, count + 1 end
  end
  return count > 0 and sum / count or nil
end

local function watch_lid(incubator, surprise)
  local state = incubator.state
  state.surprise:add(math.max(-SURPRISE_MOST, math.min(SURPRISE_MOST, surprise)))
  local mean = state.surprise.mean
  if mean < OPEN then state.is_open = true elseif mean > CLOSED then state.is_open = false end
  incubator.derived.lid_open = state.is_open and 1 or scale.share(mean, 0, OPEN) / 2
end

local function on_input(incubator)
  local physics, derived = incubator.physics, incubator.derived
  derived.box_temperature = inside(incubator)
  derived.simulated = physics.open_box
  derived.heater_temperature = physics.heater
  if physics.surprise_box then watch_lid(incubator, physics.surprise_box) end
end

return { on = { input = on_input } }
