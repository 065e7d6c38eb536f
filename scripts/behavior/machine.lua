-- A machine that jams is cleared by itself, and again when that fails; when it jams soon after, it waits for a person.
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
  if command.state ~= "failed" then return end
  machine:log("the jam is still there: " .. command.result)
  machine:after("again", ("%ds"):format(random(20, 40))) -- the machines of a line not all at once
end

local function again(machine)
  if machine:is_raised("jammed") then machine:command("clear_jam") end
end

return {
  on = { state = on_state, ["command.clear_jam"] = on_clear_jam, ["timer.again"] = again },
  every = { ["1m"] = every_minute },
}
