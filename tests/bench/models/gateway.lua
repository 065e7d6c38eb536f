-- A three-phase power meter behind a gateway, which sends five of them in a pack: ten fields each.
return {
  model = "gateway", title = "Power meter behind a gateway", level = "component", match = "g*",
  telemetry = {
    u1 = { unit = "V" }, u2 = { unit = "V" }, u3 = { unit = "V" },
    i1 = { unit = "A" }, i2 = { unit = "A" }, i3 = { unit = "A" },
    p = { unit = "W" }, q = { unit = "var" }, pf = {}, f = { unit = "Hz" },
  },
  derived = { apparent = { unit = "VA" } },
}
