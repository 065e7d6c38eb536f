-- The apparent power of the three phases, once for each pack's ten samples.
local function on_input(meter)
  local t = meter.telemetry
  meter.derived.apparent = t.u1 * t.i1 + t.u2 * t.i2 + t.u3 * t.i3
end

return { on = { input = on_input } }
