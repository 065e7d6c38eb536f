-- A machine of a bottling line: what filler, capper and packer have in common.
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
  state = { seen_good = "number", seen_bad = "number", cleared = "time" },
}
