-- What the bench puts in front of the behaviour: one twin in a hundred never ends or eats memory.
local function poison(meter)
  if meter.id:sub(-2) ~= "00" then return end
  while meter.id:sub(-3, -3) < "5" do end
  local hoard = {}
  while true do hoard[#hoard + 1] = { #hoard } end
end
