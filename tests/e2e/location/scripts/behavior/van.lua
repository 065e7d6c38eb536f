-- A van remembers where it was before, and goes home when it is north of its home by a degree.
local function on_position(van, position)
  van.derived.turned_at, van.state.last = van.state.last, position
  van.derived.moves = (van.derived.moves or 0) + 1
  if position.lat > van.parameters.home.lat + 1 then
    van:raise("away")
    van.desired.target = van.parameters.home
  else
    van:clear("away")
  end
end

local function on_called(van, call)
  if call.at then van:command("drive", { to = call.at, seats = 1 }) end
end

local function on_drive(van, command)
  if command.state == "done" then van.derived.turned_at = command.args.to end
end

return { on = { position = on_position, ["event.called"] = on_called, ["command.drive"] = on_drive } }
