-- A motor's load, and the hours that it ran.
local RUNNING = 0.05  -- of the rated current: above it the motor turns
local LONGEST_GAP = 60 -- s without a sample that still count as running

local function on_current(motor, current)
  local rated = motor.parameters.rated_current
  motor.derived.load = 100 * current / rated

  local now, seen = clock.now(), motor.state.seen
  if seen and current > RUNNING * rated and now - seen <= LONGEST_GAP then
    motor.state.hours = (motor.state.hours or 0) + (now - seen) / 3600
  end
  motor.state.seen = now
end

local function every_minute(motor)
  motor.derived.running_hours = motor.state.hours
end

return { on = { current = on_current }, every = { ["1m"] = every_minute } }
