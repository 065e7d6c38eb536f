-- A motor's load, and the hours that it ran.
local function on_current(motor, current)
  motor.derived.load = 100 * current / motor.parameters.rated_current
end

local function every_minute(motor)
  motor.derived.running_hours = (motor.state.hours_before or 0) + (motor.derived.turned or 0)
end

-- Hours were `state.hours` once, added up here; what a motor had then is not lost.
local function migrate(motor, from)
  if from.state.hours then motor.state.hours_before = from.state.hours end
end

return { on = { current = on_current }, every = { ["1m"] = every_minute }, migrate = migrate }
