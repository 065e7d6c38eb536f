-- expect: load returns a nil
-- Declares nothing.
local x = 1
