-- A probe: what the end-to-end tests judge. Its limits are short so that a test need not wait for minutes.
return {
  model = "probe", title = "Probe of a test", level = "component", match = "probe-*",
  telemetry = {
    temperature = { unit = "Cel", range = { -20, 150 }, spike = 10, max_rate = 1000 },
    humidity = { unit = "%RH", stuck_after = "2s" },
    level = { unit = "m", stale_after = "2s" },
    litres = { unit = "l" },
    note = { type = "text" },
  },
  derived = {
    volume = { title = "Volume in all", unit = "m3", counter = "litres" },
    silences = { title = "Times its level was silent" },
    spikes = { title = "Bad samples" },
  },
}
