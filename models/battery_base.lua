-- What any battery has.
return {
  title = "Battery", level = "component",
  parameters = { low = { title = "Low below", unit = "%", default = 20, range = { 1, 50 } } },
  telemetry = {
    voltage = { title = "Voltage", unit = "V", range = { 0, 1000 } },
    current = { title = "Current, out above 0", unit = "A", range = { -2000, 2000 } },
    temperature = { title = "Temperature", unit = "Cel", range = { -40, 100 }, max_rate = 2 },
    soc = { title = "Charge", unit = "%", range = { 0, 100 }, spike = { by = 30, window = 5 } },
    throughput = { title = "Charge moved", unit = "Ah", range = { 0, 100000000 } },
  },
  alarms = {
    low_charge = { severity = "warning", field = "soc", below = "low", deadband = 5, text = "{soc} %", advice = "Charge it" },
    too_hot = { severity = "critical", field = "temperature", above = 55, deadband = 5, delay = "5s", text = "{temperature} Cel",
                advice = "Stop charging, let it cool" },
  },
}
