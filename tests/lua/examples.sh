#!/usr/bin/env bash
# Every Lua example of the manuals runs: tests/lua/examples.sh
#
# A block that returns a table is a file: its first line says which, `-- models/...` or `-- scripts/...`; it is loaded.
# In scripts/README.md any other block is what a handler of a pump, a line or a tank says, and is run by a test; in
# models/README.md it is a part of a model, laid over one that has the names it may speak of.
set -uo pipefail
cd "$(dirname "$0")/../.."
twinctl=${BUILD:-build}/twinctl
work=$(mktemp -d "${TMPDIR:-/tmp}/twind-examples.XXXXXX")
trap 'rm -rf "$work"' EXIT
count=0 failed=0

# Writes each ```lua block to $work/blocks/LINE, LINE being the line it begins at.
extract() { # PAGE
  rm -rf "$work/blocks" && mkdir "$work/blocks"
  awk -v folder="$work/blocks" '
    /^```lua$/ { file = sprintf("%s/%05d", folder, NR); next }
    /^```$/ { file = ""; next }
    file { print > file }' "$1"
}

# The plant that ships, with its own tests left out.
plant() {
  rm -rf "$work/plant" && mkdir "$work/plant"
  cp -R models scripts "$work/plant"
  find "$work/plant" -name '*_test.lua' -delete
}

report() { # NAME COMMAND...
  local name=$1 said
  shift
  if said=$("$@" 2>&1); then
    echo "ok $((++count)) - $name"
  else
    echo "not ok $((++count)) - $name" && sed 's/^/# /' <<<"$said"
    failed=1
  fi
}

says_no_path() { echo "it returns a table; say whose on its first line, like -- scripts/behavior/pump.lua: ..." && return 1; }
load() { "$twinctl" check "$work/plant" && "$twinctl" test "$work/plant"; }

# A block that is a file, at its path.
load_file() { # NAME BLOCK
  local path
  path=$(sed -nE '1s/^-- ((models|scripts)\/[a-z_/]+\.lua).*/\1/p' "$2")
  [[ $path ]] || { report "$1" says_no_path; return; }
  plant
  mkdir -p "$work/plant/$(dirname "$path")"
  cp "$2" "$work/plant/$path"
  # A model that is another than the shipped one has no business with the shipped scripts.
  [[ $path == models/* ]] && rm -rf "$work/plant/scripts/"{behavior,learned}
  report "$1" load
}

# In a handler whose twin is a pump with a tank to feed; `line` and `tank` are others.
run_snippet() { # NAME BLOCK
  plant
  {
    echo 'local total = 0 -- luacheck: ignore'
    echo 'local function example(pump)'
    echo '  local tank'
    echo '  for found in pump:related("feeds") do tank = found end'
    cat "$2"
    echo '  return tank'
    echo 'end'
    echo 'return { on = { temperature = example } }'
  } >"$work/plant/scripts/behavior/pump.lua"
  # An alarm that only scripts raise, and locations, which no shipped model has of a pump.
  sed -i '/telemetry = {/a\    position = { type = "location" },' "$work/plant/models/pump.lua"
  sed -i 's/derived = {/& north_of = { type = "location" },/' "$work/plant/models/pump.lua"
  sed -i '/alarms = {/a\    dry_run = { severity = "warning" },' "$work/plant/models/pump.lua"
  cat >"$work/plant/scripts/behavior/pump_test.lua" <<'END'
return {
  it_runs = function(t)
    local tank = t:twin("tank-1", { telemetry = { level = 1 } })
    local pump = t:twin("pump-1", { relationships = { feeds = tank }, reported = { speed = 1450 } })
    t:sample(pump, { flow = 0, power = 200, vibration = 2, temperature = 60 })
    t:advance("2m")
    t:sample(pump, { flow = 10, power = 200, vibration = 2, temperature = 61, position = { lat = 61, lon = 5 } })
  end,
}
END
  report "$1" load
}

# What a test of a pump says between `function(t)` and its end.
run_test_snippet() { # NAME BLOCK
  plant
  { echo 'return { it_holds = function(t)' && cat "$2" && echo 'end }'; } >"$work/plant/scripts/behavior/pump_test.lua"
  report "$1" load
}

# Laid over a model whose names the parts speak of; of a key that is there twice the later one counts.
load_part() { # NAME BLOCK
  plant
  rm -rf "$work/plant/scripts/"{behavior,learned}
  {
    cat <<'END'
return {
  match = "example-*",
  parameters = { hot = { unit = "Cel", default = 90 } },
  telemetry = { temperature = { unit = "Cel" }, vibration = { unit = "mm/s" } },
END
    cat "$2"
    echo '}'
  } >"$work/plant/models/example.lua"
  report "$1" "$twinctl" check "$work/plant"
}

for page in README.md models/README.md scripts/README.md; do
  extract "$page"
  for block in "$work"/blocks/*; do
    [[ -f $block ]] || continue
    name="$page:$((10#$(basename "$block")))"
    if grep -qE '^return ' "$block"; then
      load_file "$name" "$block"
    elif [[ $page == models/* ]]; then
      load_part "$name" "$block"
    elif grep -qE '(^|[^a-z])t:' "$block"; then
      run_test_snippet "$name" "$block"
    else
      run_snippet "$name" "$block"
    fi
  done
done
[[ $count -gt 0 ]] || { echo "not ok 1 - no page has an example" && failed=1; }
echo "1..$count"
exit "$failed"
