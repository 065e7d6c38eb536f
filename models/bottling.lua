-- A bottling process over a filler, a capper and a packer: what it makes, and which of them holds it up.
return {
  title = "Bottling", level = "process", match = "bottling-*",
  parameters = { low = { title = "Too little below", unit = "1/min", default = 60, range = { 0, 10000 } } },
  relationships = { filler = "machine", capper = "machine", packer = "machine", belt_1 = "belt", belt_2 = "belt" },
  process = { stages = { "filler", "capper", "packer" }, buffers = { "belt_1", "belt_2" }, window = "5m" },
  derived = {
    throughput = { title = "Throughput", unit = "1/min" },
    worst = { title = "Worst alarm", worst = "part_of" },
    packed = { title = "Bottles packed", sum = "packer.produced" },
  },
  alarms = {
    slow = { severity = "warning", field = "throughput", below = "low", deadband = 10, delay = "1m",
             text = "{throughput} bottles a minute", advice = "Look at the bottleneck first" },
  },
}
