-- A vehicle with a low battery goes slower until it is charged.
local SLOW = 60 -- km/h

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

return { on = { ["event.battery_low"] = on_battery_low, charging = on_charging } }
