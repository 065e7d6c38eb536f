-- A machine of a bottling line: what filler, capper and packer have in common.
local flow = require "lib.flow"

local LANDS = 0.5 -- s, in which it comes to the rate that is wanted
local FULL, EMPTY = 99, 1 -- % of a belt behind and before it: more does not go on, or come
local COUNTER = 65536

-- What it is set to, as far as the belts let it: on a full one goes what is taken off, from an empty one comes what is put on.
local function wanted(machine)
  if machine.telemetry.state == "jammed" then return 0 end
  local rate = machine.desired.set_rate or machine.reported.set_rate or machine.telemetry.rate or 0
  local before, after = flow.before(machine), flow.after(machine)
  if after and (after.telemetry.level or 0) >= FULL then rate = math.min(rate, flow.rate(flow.after(after))) end
  if before and (before.telemetry.level or 100) <= EMPTY then rate = math.min(rate, flow.rate(flow.before(before))) end
  return rate
end

local function good_share(machine) return 1 - (machine.derived.reject_share or 0) / 100 end

local function dynamics(_, x, u, _, dx)
  dx.rate = (u.wanted - x.rate) / LANDS
  dx.made = x.rate / 60
end

return {
  title = "Bottling machine", level = "asset",
  parameters = {
    reject_limit = { title = "Too many rejects above", unit = "%", default = 3, range = { 0.1, 100 } },
  },
  telemetry = {
    rate = { title = "Rate", unit = "1/min", range = { 0, 2000 }, stale_after = "30s" },
    -- Counters of 16 bits: they begin anew every six hours.
    good = { title = "Good bottles", range = { 0, 65535 } },
    rejected = { title = "Rejected", range = { 0, 65535 } },
    state = { title = "State", type = "text" },
    running = { title = "Running", type = "boolean" },
  },
  properties = { set_rate = { title = "Rate set", unit = "1/min", range = { 0, 1000 }, writable = true } },
  derived = {
    produced = { title = "Produced", counter = "good", wraps = 65535 },
    scrapped = { title = "Scrapped", counter = "rejected", wraps = 65535 },
    running_hours = { title = "Running hours", unit = "h", run_time = "running" },
    reject_share = { title = "Rejects", unit = "%", range = { 0, 100 } },
  },
  relationships = { part_of = "bottling" },
  commands = { clear_jam = { title = "Clear the jam" }, service = { title = "Change the tools", timeout = "5m" } },
  alarms = {
    jammed = { severity = "critical", text = "stands at {produced} bottles", advice = "Clear the jam, look at the guides" },
    many_rejects = { severity = "warning", field = "reject_share", above = "reject_limit", deadband = 0.5, delay = "30s",
                     text = "{reject_share} % rejected", advice = "Give the command service: the tools are worn" },
  },
  physics = { -- serves what-if: nothing of it runs in a turn
    states = {
      rate = { unit = "1/min", from = "rate", noise = 0.1 },
      made = { from = function(machine) return machine.telemetry.good or 0 end },
    },
    inputs = { wanted = function(machine) return wanted(machine) * good_share(machine) end },
    outputs = {
      rate = { "rate", noise = 0.1 },
      good = function(_, x) return math.floor(x.made) % COUNTER end,
    },
    dynamics = dynamics,
  },
  state = { seen_good = "number", seen_bad = "number", cleared = "time" },
}
