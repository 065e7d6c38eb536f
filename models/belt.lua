-- A belt between two machines: the buffer that lets one stand while the other goes on.
return {
  title = "Belt", level = "asset", match = "belt-*",
  relationships = { part_of = "bottling" },
  telemetry = { level = { title = "Filled", unit = "%", range = { 0, 100 }, spike = { by = 60, window = 5 }, stale_after = "30s" } },
}
