-- Moves by its step and a little chance, and tells the next one, which moves too.
local function on_step(walker, step)
  walker.derived.place = (walker.derived.place or 0) + step + random()
  walker.derived.luck = random(1, 1000000)
  for other in walker:related("next") do walker:send(other, "stepped", { by = step }) end
end

local function on_stepped(walker, args)
  walker.derived.heard = (walker.derived.heard or 0) + args.by * random() + (walker.state.mean.mean or 0)
end

return { on = { step = on_step, ["event.stepped"] = on_stepped } }
