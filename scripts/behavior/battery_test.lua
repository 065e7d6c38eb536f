-- A cell that loses the same each cycle ends where the line says; one that loses nothing has no end.
local function run(t, cell, from, to, capacity)
  for cycle = from, to do
    t:sample(cell, { capacity = capacity(cycle) })
    t:advance("1h")
  end
end

return {
  a_line_is_followed_to_its_end = function(t)
    local cell = t:twin("cell-1")
    local function line(cycle) return 1.9 - 0.004 * cycle end -- under 1.4 Ah at cycle 126
    run(t, cell, 1, 60, line)
    t:equal(cell.derived.end_of_life, 126, 3)
    t:is(cell.derived.end_of_life_low < 126 and cell.derived.end_of_life_high > 126, "the band holds the truth")
    t:clear(cell, "wears_out")
    run(t, cell, 61, 126, line)
    t:raised(cell, "wears_out")
    t:equal(cell.derived.end_of_life, 126) -- the first cycle under the limit
    run(t, cell, 127, 130, function() return 1.45 end) -- after a rest
    t:equal(cell.derived.end_of_life, 126)
  end,

  a_cell_that_gains_has_no_end = function(t)
    local cell = t:twin("cell-1")
    run(t, cell, 1, 200, function(cycle) return 1.8 + 0.02 * cycle end)
    t:equal(cell.derived.end_of_life, nil)
    t:equal(cell.derived.end_of_life_low, 200)
  end,

  a_capacity_that_cannot_be_is_no_cycle = function(t)
    local cell = t:twin("cell-1")
    run(t, cell, 1, 10, function() return 1.8 end)
    local before = cell.derived.end_of_life
    t:sample(cell, { capacity = 0 })
    t:equal(cell.derived.end_of_life, before)
  end,
}
