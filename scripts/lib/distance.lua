-- How far two locations are apart, in km along the ground: the haversine formula (Sinnott 1984). Heights do not count.
local EARTH = 6371.0088 -- km, mean radius (IUGG)

return function(from, to)
  local north, east = math.rad(to.lat - from.lat), math.rad(to.lon - from.lon)
  local half = math.sin(north / 2) ^ 2 + math.cos(math.rad(from.lat)) * math.cos(math.rad(to.lat)) * math.sin(east / 2) ^ 2
  return 2 * EARTH * math.asin(math.sqrt(math.min(half, 1)))
end
