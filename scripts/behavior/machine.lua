-- A machine that jams is cleared once by itself; who is called after that is a person.
local AGAIN = 300 -- s before it tries to clear a jam by itself again

local function on_state(machine, state)
  if state ~= "jammed" then
    machine:clear("jammed")
    return
  end
  machine:raise("jammed")
  local now = clock.now()
  if machine.state.cleared and now - machine.state.cleared < AGAIN then return end
  machine.state.cleared = now
  machine:command("clear_jam")
end

-- The share of the last minute, of totals that wrap for nobody.
local function every_minute(machine)
  local good, bad = machine.derived.produced, machine.derived.scrapped
  if not good or not bad then return end
  local made, lost = good - (machine.state.seen_good or 0), bad - (machine.state.seen_bad or 0)
  if made + lost > 0 then machine.derived.reject_share = 100 * lost / (made + lost) end
  machine.state.seen_good, machine.state.seen_bad = good, bad
end

local function on_clear_jam(machine, command)
  if command.state == "failed" then machine:log("the jam is still there: " .. command.result) end
end

return { on = { state = on_state, ["command.clear_jam"] = on_clear_jam }, every = { ["1m"] = every_minute } }
