Lua -- expect: load binary chunk
