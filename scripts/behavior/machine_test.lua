-- What a machine of a bottling line does when it jams, and what it counts.
local function stand(t, id)
  return t:twin(id or "filler-1", { telemetry = { running = true, state = "running", good = 0, rejected = 0 } })
end

return {
  a_jam_is_cleared_by_itself = function(t)
    local filler = stand(t)
    t:sample(filler, { state = "jammed" })
    t:raised(filler, "jammed")
    t:answer(filler, 1, "done")
    t:sample(filler, { state = "running" })
    t:clear(filler, "jammed")
  end,

  what_failed_is_tried_again_while_it_is_jammed = function(t)
    local filler = stand(t)
    t:sample(filler, { state = "jammed" })
    t:answer(filler, 1, "failed", "still jammed")
    t:advance("41s")
    t:answer(filler, 2, "done") -- there is a second one
    t:sample(filler, { state = "running" })
    t:clear(filler, "jammed")
  end,

  a_jam_soon_after_is_left_to_a_person = function(t)
    local filler = stand(t)
    t:sample(filler, { state = "jammed" })
    t:answer(filler, 1, "done")
    t:sample(filler, { state = "running" })
    t:advance("1m")
    t:sample(filler, { state = "jammed" })
    t:raised(filler, "jammed")
    t:fails(function() t:answer(filler, 2, "done") end)
  end,

  a_counter_that_wraps_goes_on = function(t)
    local filler = stand(t)
    t:sample(filler, { good = 65530 })
    t:sample(filler, { good = 4 })
    t:equal(filler.derived.produced, 65540)
  end,

  a_worn_tool_shows_in_the_share_of_rejects = function(t)
    local filler = stand(t)
    for i = 1, 3 do
      t:sample(filler, { good = 95 * i, rejected = 5 * i })
      t:advance("1m")
    end
    t:equal(filler.derived.reject_share, 5)
    t:raised(filler, "many_rejects")
  end,

  a_packer_bears_more_and_is_not_serviced = function(t)
    local packer = stand(t, "packer-1")
    t:equal(packer.parameters.reject_limit, 5)
    t:fails(function() t:command(packer, "service") end, "service")
  end,

  running_hours_are_those_it_runs = function(t)
    local filler = stand(t)
    for _ = 1, 60 do
      t:advance("30s")
      t:sample(filler, { running = true })
    end
    t:equal(filler.derived.running_hours, 0.5, 0.001)
  end,
}
