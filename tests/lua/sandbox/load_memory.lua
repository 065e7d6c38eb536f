-- expect: load stopped
-- Eats memory while it loads.
local list = {}
while true do list[#list + 1] = {} end
