-- expect: load near
-- Not Lua.
return { on = { x = function( } }
