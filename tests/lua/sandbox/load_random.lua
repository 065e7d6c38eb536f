-- expect: load only there in a handler
-- No chance while it loads.
local luck = random()
return { on = { x = function() return luck end } }
