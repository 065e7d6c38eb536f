local function stand(t) return t:twin("filler-1", { telemetry = { running = true, state = "running", good = 0, rejected = 0 } }) end

return {
  a_jam_is_cleared_once_by_itself = function(t)
    local filler = stand(t)
    t:sample(filler, { state = "jammed" })
    t:raised(filler, "jammed")
    t:answer(filler, 1, "failed", "still jammed")
    t:sample(filler, { state = "running" })
    t:clear(filler, "jammed")
  end,
  a_counter_that_wraps_goes_on = function(t)
    local filler = stand(t)
    t:sample(filler, { good = 65530 })
    t:sample(filler, { good = 4 })
    t:equal(filler.derived.produced, 65540)
  end,
}
