-- Counts what its handlers see, so that a test sees that they ran.
local function on_stale(probe, sample)
  if sample.quality == "stale" then probe.derived.silences = (probe.derived.silences or 0) + 1 end
end

local function on_bad(probe)
  probe.derived.spikes = (probe.derived.spikes or 0) + 1
end

return { on = { stale = on_stale, bad = on_bad } }
