-- Keeps all that its commands went through, and flushes before it runs at another speed.
local function on_command(flusher, command)
  local line = command.name .. " " .. command.id .. " " .. command.state
  flusher.derived.told = flusher.derived.told and flusher.derived.told .. ", " .. line or line
end

local function on_desired_speed(flusher) flusher:command("flush", { seconds = 1 }) end

return { on = { command = { flush = on_command, hold = on_command }, ["desired.speed"] = on_desired_speed } }
