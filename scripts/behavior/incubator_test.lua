-- A box that loses its heat as the physics says is simulated well; one that loses more has its lid open.
local STEP = 3 -- s

-- The incubator of the defaults, in steps of a second; `leak` is what an open lid conducts, W/K.
local function asset(box, room)
  local self = { box = box, heater = box, room = room }
  function self.run(seconds, is_on, leak)
    for _ = 1, seconds do
      local into = 2.46 * (self.heater - self.box)
      self.heater = self.heater + ((is_on and 127 or 0) - into) / 264
      self.box = self.box + (into + 1.87 - (0.953 + (leak or 0)) * (self.box - self.room)) / 204
    end
  end
  return self
end

local function send(t, incubator, it, is_on)
  t:sample(incubator, { t1 = it.room, t2 = it.box + 0.3, t3 = it.box - 0.3, heater = is_on, fan = true })
end

local function play(t, incubator, it, seconds, is_on, leak)
  for _ = 1, seconds // STEP do
    t:advance(STEP .. "s")
    it.run(STEP, is_on, leak)
    send(t, incubator, it, is_on)
  end
end

return {
  its_box_is_simulated_from_the_first_reading_on = function(t)
    local incubator, it = t:twin("incubator-1"), asset(21, 21)
    send(t, incubator, it, true)
    t:equal(incubator.derived.simulated, 21)
    play(t, incubator, it, 240, true)
    play(t, incubator, it, 600, false)
    t:equal(incubator.derived.simulated, it.box, 0.5)
    t:equal(incubator.derived.box_temperature, it.box, 0.01)
    t:equal(incubator.derived.heater_temperature, it.heater, 1)
    t:is(incubator.derived.lid_open < 0.5, "closed")
  end,

  an_open_lid_is_found_and_a_closed_one_too = function(t)
    local incubator, it = t:twin("incubator-1"), asset(38, 21)
    send(t, incubator, it, false)
    play(t, incubator, it, 300, false)
    t:is(incubator.derived.lid_open < 0.5, "closed at first")
    play(t, incubator, it, 30, false, 6)
    t:equal(incubator.derived.lid_open, 1)
    play(t, incubator, it, 60, false, 6)
    t:raised(incubator, "lid_left_open")
    play(t, incubator, it, 60, false)
    t:is(incubator.derived.lid_open < 0.5, "closed again")
    t:clear(incubator, "lid_left_open")
  end,

  one_false_reading_is_no_open_lid = function(t)
    local incubator, it = t:twin("incubator-1"), asset(38, 21)
    send(t, incubator, it, false)
    play(t, incubator, it, 300, false)
    t:advance("3s")
    t:sample(incubator, { t1 = it.room, t2 = it.box - 20, t3 = it.box - 0.3, heater = false, fan = true })
    t:is(incubator.derived.lid_open < 0.5, "closed")
  end,

  another_thermometer_may_hang_in_the_room = function(t)
    local incubator = t:twin("incubator-1", { parameters = { room = "t3" } })
    t:sample(incubator, { t1 = 30, t2 = 32, t3 = 20, heater = false, fan = true })
    t:equal(incubator.derived.box_temperature, 31)
    t:equal(incubator.derived.simulated, 31)
  end,

  without_a_room_nothing_is_simulated = function(t)
    local incubator = t:twin("incubator-1")
    t:sample(incubator, { t2 = 32, t3 = 32, heater = false })
    t:equal(incubator.derived.simulated, nil)
    t:equal(incubator.derived.lid_open, nil)
  end,
}
