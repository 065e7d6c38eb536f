-- A bottling process and what holds it up.
return {
  the_machine_behind_a_full_belt_holds_the_line = function(t)
    local stages = {}
    for _, name in ipairs { "filler", "capper", "packer" } do
      stages[name] = t:twin(name .. "-1", { telemetry = { rate = 180, good = 0 } })
    end
    local first = t:twin("belt-1", { telemetry = { level = 99 } })
    local second = t:twin("belt-2", { telemetry = { level = 3 } })
    stages.belt_1, stages.belt_2 = first, second
    local bottling = t:twin("bottling-1", { relationships = stages })
    t:sample(stages.packer, { rate = 90, good = 42 })
    t:advance("1s")
    t:equal(bottling.derived.bottleneck, "capper")
    t:equal(bottling.derived.throughput, 90)
    t:equal(bottling.derived.packed, 42)
    t:link(stages.capper, "part_of", bottling)
    t:sample(stages.capper, { state = "jammed" })
    t:advance("1s")
    t:equal(bottling.derived.worst, 3)
    t:sample(stages.packer, { rate = 20 })
    t:advance("2m")
    t:raised(bottling, "slow")
  end,
}
