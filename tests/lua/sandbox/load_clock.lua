-- expect: load only there in a handler
-- No time while it loads.
local now = clock.now()
return { on = { x = function() return now end } }
