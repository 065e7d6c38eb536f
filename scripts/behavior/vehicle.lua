-- How far a vehicle is from its depot and how far it comes with what its battery holds; with a low one it goes slower until
-- it is charged.
local distance = require "lib.distance"

local SLOW = 60 -- km/h
local VOLTS = 370 -- of the battery on its way from full to empty
local USE = 170 -- Wh/km

local function on_odometer(vehicle)
  local battery = vehicle:part("battery")
  if not battery or not battery.telemetry.soc then return end
  local holds = battery.parameters.capacity * (battery.derived.soh or 100) / 100 -- Ah
  vehicle.derived.range_left = battery.telemetry.soc / 100 * holds * VOLTS / USE
end

local function on_position(vehicle, position)
  vehicle.derived.from_depot = distance(vehicle.parameters.depot, position)
end

local function on_battery_low(vehicle, args, battery)
  vehicle:raise("drive_home")
  vehicle:log(("%s is at %d %%"):format(battery.id, args.soc // 1))
  if vehicle.state.limited_from then return end
  vehicle.state.limited_from = vehicle.reported.speed_limit
  vehicle.desired.speed_limit = SLOW
end

local function on_charging(vehicle, is_charging)
  if not is_charging then return end
  vehicle:clear("drive_home")
  if vehicle.state.limited_from then
    vehicle.desired.speed_limit, vehicle.state.limited_from = vehicle.state.limited_from, nil
  end
end

return {
  on = {
    position = on_position, odometer = on_odometer, ["event.battery_low"] = on_battery_low, charging = on_charging,
  },
}
