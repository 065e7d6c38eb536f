-- expect: load ran for more than
-- Loops while it loads.
while true do end
