-- Any single series, such as a load, a count or a price: whether what it does now is new.
return {
  model = "metric", title = "Any single series", level = "component", match = "metric-*",
  parameters = { memory = { title = "Samples for which a report makes the next one rarer", default = 200, range = { 1, 100000 } } },
  telemetry  = { value = {} },
  derived    = { anomaly = { title = "Anomaly, 0 to 1" } },
  alarms     = { unusual = { severity = "warning", field = "anomaly", above = 0.5, text = "{value} is new here",
                             advice = "Look at what has changed since shortly before" } },
  state      = {
    short  = { discord = 4, memory = 2048, of = "value" },     -- distance of the last samples from the nearest earlier ones
    long   = { discord = 10, memory = 2048, of = "value" },
    shape  = { discord = 6, memory = 2048 },                   -- the same of its logarithm, for what grows by factors
    hour   = { seasonal = "1d", slots = 24, of = "value" },    -- distance from what is usual at this time of the day
    minute = { seasonal = "1d", slots = 288, of = "value" },
    short_seen = { quantiles = 200 }, long_seen = { quantiles = 200 }, shape_seen = { quantiles = 200 },
    hour_seen  = { quantiles = 200 }, minute_seen = { quantiles = 200 }, -- how often each was as large
    samples = "number", at = "time", reported = "number", reported_at = "number",
  },
}
