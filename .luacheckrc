-- What models and scripts may use. Made by `make api` from the list of runtime/script/sandbox.c.
stds.twind = {
  read_globals = {
    "assert", "error", "ipairs", "next", "pairs", "pcall", "print", "random", "require", "select", "tonumber", "tostring", "type",
    clock = {
      fields = {
        "now",
      },
    },
    string = {
      fields = {
        "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "rep", "reverse", "sub", "upper",
      },
    },
    table = {
      fields = {
        "concat", "insert", "move", "pack", "remove", "sort", "unpack",
      },
    },
    math = {
      fields = {
        "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger", "min",
        "mininteger", "modf", "pi", "rad", "random", "sin", "sqrt", "tan", "tointeger", "type", "ult",
      },
    },
    utf8 = {
      fields = {
        "char", "charpattern", "codepoint", "codes", "len", "offset",
      },
    },
  },
}
std = "twind"
max_line_length = 140
exclude_files = { "tests/lua/sandbox", "scripts/learned", "build", "web" } -- attacks use what is not there
