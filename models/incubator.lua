-- An incubator: a box with a heater and a fan, and three thermometers, one of which hangs in the room.
local THERMOMETERS = { "t1", "t2", "t3" }
local LEAD = 0.28 -- of the box over the room, by which the heater is warmer still while both cool undisturbed

local function room_temperature(incubator) return incubator.telemetry[incubator.parameters.room] end

local function box_temperature(incubator) -- mean of the thermometers that hang in it
  local sum, count = 0, 0
  for _, name in ipairs(THERMOMETERS) do
    local reading = name ~= incubator.parameters.room and incubator.telemetry[name]
    if reading then sum, count = sum + reading, count + 1 end
  end
  return count > 0 and sum / count or nil
end

local function heater_temperature(incubator) -- at the beginning, when nobody knows what was before
  local box, room = box_temperature(incubator), room_temperature(incubator)
  return box and room and box + LEAD * (box - room)
end

local function inside(name) -- what a thermometer shows
  return function(_, x, u, p) return p.room == name and u.room or x.box end
end

local function dynamics(_, x, u, p, dx)
  local into_box = p.heater_conductance * (x.heater - x.box)
  local out_of_box = p.box_conductance * (x.box - u.room)
  dx.heater = (p.heater_power * u.heater - into_box) / p.heater_capacity
  dx.box = (into_box + p.fan_power - out_of_box) / p.box_capacity
end

return {
  model = "incubator", title = "Incubator", level = "asset", match = "incubator-*",
  parameters = {
    room = { title = "Thermometer in the room", type = "text", default = "t1" },
    heater_power = { title = "Heater's power", unit = "W", default = 127, range = { 1, 2000 } }, -- 12.16 V, 10.45 A
    fan_power = { title = "Fan's power", unit = "W", default = 1.87, range = { 0, 20 } },
    box_capacity = { title = "Box, J/K", default = 204, range = { 20, 4000 } },
    heater_capacity = { title = "Heater, J/K", default = 264, range = { 20, 4000 } },
    box_conductance = { title = "Box to room, W/K", default = 0.953, range = { 0.05, 20 } },
    heater_conductance = { title = "Heater to box, W/K", default = 2.46, range = { 0.05, 50 } },
  },
  telemetry = {
    t1 = { title = "Thermometer 1", unit = "Cel", range = { -40, 120 }, spike = 8 },
    t2 = { title = "Thermometer 2", unit = "Cel", range = { -40, 120 }, spike = 8 },
    t3 = { title = "Thermometer 3", unit = "Cel", range = { -40, 120 }, spike = 8 },
    heater = { title = "Heater is on", type = "boolean" },
    fan = { title = "Fan is on", type = "boolean" },
  },
  derived = {
    box_temperature = { title = "Box", unit = "Cel" },
    heater_temperature = { title = "Heater, estimated", unit = "Cel" },
    simulated = { title = "Box, simulated since the first reading", unit = "Cel" },
    lid_open = { title = "Lid is open, 0 to 1" },
  },
  alarms = {
    lid_left_open = { severity = "warning", field = "lid_open", above = 0.5, deadband = 0.1, delay = "1m",
                      text = "box at {box_temperature} Cel", advice = "Close the lid" },
  },
  physics = {
    states = {
      box = { unit = "Cel", from = box_temperature, noise = 0.1, wander = 0.05 },
      heater = { unit = "Cel", initial = heater_temperature, spread = 5, wander = 2 },
    },
    inputs = { heater = "heater", room = room_temperature },
    parameters = { "room", "heater_power", "fan_power", "box_capacity", "heater_capacity", "box_conductance", "heater_conductance" },
    fit = { "fan_power", "box_capacity", "heater_capacity", "box_conductance", "heater_conductance" }, -- the heater's power is on its label
    outputs = { t1 = inside "t1", t2 = inside "t2", t3 = inside "t3" },
    dynamics = dynamics,
    simulate = true, estimate = true,
  },
  state = { surprise = { ewma = "15s" }, is_open = "boolean" },
}
