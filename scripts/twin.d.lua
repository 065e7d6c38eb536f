---@meta
-- What scripts can use, for editors (LuaCATS). Made by `make api`; change runtime/script/ instead.
-- luacheck: ignore

---@class twin
---@field id string @of this twin
---@field model string @its model's name
---@field level "component"|"asset"|"system"|"process" @where it stands
---@field lifecycle "in_service"|"commissioning"|"maintenance"|"out_of_service" @where it is in its life
---@field attributes table<string, any> @JSON that came with the twin; read only
---@field parameters table<string, any> @what an operator set, or the default; read only
---@field telemetry table<string, any> @newest samples that are not bad; read only
---@field reported table<string, any> @the device's properties; read only
---@field desired table<string, any> @what the device should make it
---@field derived table<string, any> @what scripts computed
---@field state table<string, any> @what the behavior remembers
---@field physics table<string, number?> @states of its equations: NAME as the filter has it, open_NAME simulated from the first sample on, error_NAME and surprise_NAME of the newest reading; read only
---@field sample fun(self: twin, field: string): sample? @the newest sample, also a bad one
---@field raise fun(self: twin, alarm: string) @only a change counts
---@field clear fun(self: twin, alarm: string) @only a change counts
---@field is_raised fun(self: twin, alarm: string): boolean @also of another twin
---@field related fun(self: twin, name: string, way?: "in"): fun(): twin? @the twins at the other end, by id
---@field part fun(self: twin, name: string): twin? @the twin "ID:NAME"
---@field send fun(self: twin, other: twin, event: string, arguments?: table) @an event for another twin
---@field command fun(self: twin, name: string, arguments?: table): integer @gives the device a command; its id
---@field after fun(self: twin, timer: string, duration: string) @runs on["timer.NAME"] once; again, it starts anew
---@field cancel fun(self: twin, timer: string) @takes a timer back
---@field learned fun(self: twin, name: string, features?: (number|false)[]): any, any, any @what was learned: of a profile the standardised values and the regime, of trees value, low, high
---@field log fun(self: twin, text: any) @one line in the log, with the twin's id

---@class t
---@field twin fun(self: t, id: string, made?: made): twin @makes a twin; the handle reads it
---@field other fun(self: t, id: string): twin @a twin that is there already
---@field sample fun(self: t, twin: twin|string, values: table<string, any>, at?: number) @what its device sends, one message
---@field play fun(self: t, file: string, twin?: twin|string): integer @a fixture beside the test, at its own pace; its lines
---@field advance fun(self: t, duration: string) @moves the clock; what is due runs in order
---@field desire fun(self: t, twin: twin|string, properties: table<string, any>) @what an operator wishes
---@field command fun(self: t, twin: twin|string, name: string, arguments?: table): integer @an operator's command; its id
---@field answer fun(self: t, twin: twin|string, id: integer, state: "sent"|"done"|"failed", result?: string) @what the device says of a command
---@field event fun(self: t, twin: twin|string, name: string, arguments?: table, sender?: twin|string) @an event, from the twin itself when no sender is named
---@field link fun(self: t, from: twin|string, relationship: string, to: twin|string) @makes a relationship
---@field unlink fun(self: t, from: twin|string, relationship: string, to: twin|string) @ends it
---@field lifecycle fun(self: t, twin: twin|string, lifecycle: string) @moves it to maintenance, in_service ...
---@field replace fun(self: t, twin: twin|string) @a new part for the worn one
---@field forecast fun(self: t, twin: twin|string, prediction: string): forecast?, string? @runs a prediction now; nil and why
---@field equal fun(self: t, got: any, wanted: any, tolerance?: number) @also of tables
---@field is fun(self: t, condition: any, text?: string) @neither nil nor false
---@field raised fun(self: t, twin: twin|string, alarm: string) @the alarm is raised
---@field clear fun(self: t, twin: twin|string, alarm: string) @it is not; a delay may run
---@field failed fun(self: t, twin: twin|string, text?: string): string @its behavior failed, and that was meant
---@field fails fun(self: t, call: fun(), text?: string): string @the call raises

---@class made
---@field model? string @when more than one fits the id
---@field parameters? table<string, any>
---@field attributes? table<string, any>
---@field relationships? table<string, twin|string|(twin|string)[]>
---@field state? table<string, any> @what its behavior remembers
---@field reported? table<string, any> @what its device said first
---@field telemetry? table<string, any> @likewise
---@field lifecycle? string

---@class location
---@field lat number @degrees, -90 to 90
---@field lon number @degrees, -180 to 180
---@field alt? number @metres, when it is known

---@class sample
---@field value number|boolean|string|location
---@field raw number|boolean|string|location @before calibration
---@field at number @seconds UTC
---@field quality "good"|"uncertain"|"bad"|"stale"

---@class alarm
---@field name string
---@field active boolean
---@field value number @of the watched field
---@field since number @seconds UTC
---@field severity "info"|"warning"|"critical"

---@class forecast
---@field value number
---@field low number
---@field high number

---@class model
---@field model? string @the file's name
---@field title? string @for people
---@field level? "component"|"asset"|"system"|"process" @where it stands
---@field match? string @ids that its first sample creates, with * and ?
---@field auto_create? boolean @false: only an operator creates
---@field extends? string @the model that it is made from
---@field parameters? table<string, parameter> @what an operator sets, per twin
---@field telemetry? table<string, telemetry> @what the device measures
---@field properties? table<string, property> @what the device reports, and we may desire
---@field derived? table<string, derived> @what the behavior computes
---@field alarms? table<string, alarm_rule> @what can go wrong
---@field state? table<string, string|table> @what the behavior remembers
---@field events? table<string, table<string, argument>> @what other twins may send it
---@field commands? table<string, table> @what the device can be told to do
---@field parts? table<string, string> @name = model; the twin is "ID:NAME"
---@field relationships? table<string, string> @name = model at the other end
---@field process? table @its stages and buffers
---@field autonomous? table @what is moved by itself: vary, minimise, keep, every, over, step
---@field learned? table<string, table> @what twinctl train learns from recorded data
---@field physics? table @its equations: states, inputs, parameters, outputs, dynamics

---@class parameter
---@field unit? string
---@field title? string
---@field type? "number"|"boolean"|"text"|"location"
---@field range? number[] @{ low, high }
---@field default? number|boolean|string|location

---@class telemetry
---@field unit? string
---@field title? string
---@field type? "number"|"boolean"|"text"|"location"
---@field range? number[] @{ low, high }; outside is bad
---@field calibrate? { gain?: number, offset?: number } @value = raw * gain + offset
---@field max_rate? number @units a second; faster is uncertain
---@field stuck_after? string @the very same value so long is uncertain
---@field spike? number|{ by: number, window?: integer } @from the running median
---@field stale_after? string @so long without a sample
---@field keep? string @how long its history stays

---@class property
---@field unit? string
---@field title? string
---@field type? "number"|"boolean"|"text"|"location"
---@field range? number[] @{ low, high }
---@field calibrate? { gain?: number, offset?: number } @value = raw * gain + offset; not with writable
---@field max_rate? number @units a second; faster is uncertain
---@field stuck_after? string @the very same value so long is uncertain
---@field spike? number|{ by: number, window?: integer } @from the running median
---@field stale_after? string @so long without a sample
---@field keep? string @how long its history stays
---@field writable? boolean @operators and scripts may desire a value

---@class derived
---@field unit? string
---@field title? string
---@field type? "number"|"boolean"|"text"|"location"
---@field range? number[] @{ low, high }
---@field counter? string @FIELD: the total of a counter that wraps or begins anew
---@field wraps? number @the counter's highest value
---@field run_time? string @FIELD: how long it was above the limit, or true
---@field above? number @the limit of run_time, 0
---@field count? string @RELATIONSHIP[.FIELD]: how many
---@field sum? string @RELATIONSHIP.FIELD of the related twins
---@field min? string @likewise
---@field max? string @likewise
---@field mean? string @likewise
---@field worst? string @RELATIONSHIP: severity of the worst active alarm, 0 to 3
---@field keep? string @how long its history stays

---@class argument
---@field unit? string
---@field type? "number"|"boolean"|"text"|"location"
---@field range? number[] @{ low, high }

---@class alarm_rule
---@field severity "info"|"warning"|"critical"
---@field field? string @that is watched; without one only scripts raise it
---@field above? number|string @limit, or a parameter's name
---@field below? number|string @limit, or a parameter's name
---@field deadband? number @it clears so far inside the limit
---@field delay? string @so long beyond the limit
---@field predicted? string @instead of a field: a prediction of a crossing
---@field within? string @it is raised when the crossing is so near
---@field text? string @what it says; {NAME} is a value
---@field advice? string @what to do

---@class behavior
---@field init? fun(twin: twin) @once, in the revision that creates the twin
---@field migrate? fun(twin: twin, from: table) @when it moves to another version
---@field on? table<string, function|table<string, function>> @by what happens
---@field every? table<string, fun(twin: twin)> @by period, "1m"

---@class prediction
---@field model string @whose
---@field predict fun(twin: twin, series: table<string, series>): number|forecast|nil, string? @nil and the reason when there is nothing to predict
---@field of { field: string, above?: number|string, below?: number|string, horizon?: string } @what is forecast
---@field needs table<string, string> @field = how much of its past
---@field every string @how often
---@field unit? string @of the result
---@field band? number @probability that low to high holds, 0.9

---@class series
---@field count fun(self: series): integer
---@field last fun(self: series): number?
---@field mean fun(self: series): number?
---@field min fun(self: series): number?
---@field max fun(self: series): number?
---@field rate fun(self: series, options?: { per: string }): number? @first point to last
---@field trend fun(self: series, options?: { per: string }): trend @least squares

---@class trend
---@field slope number @per `per`
---@field intercept number @the line now
---@field last number @the line at the newest point
---@field r2 number
---@field count integer
---@field reach fun(self: trend, limit: number): forecast?, string? @when the line is there

-- Lua's own that are there:
--  globals: assert error ipairs next pairs pcall print random require select tonumber tostring type
--  clock: now
--  string: byte char find format gmatch gsub len lower match rep reverse sub upper
--  table: concat insert move pack remove sort unpack
--  math: abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min mininteger modf pi rad random sin sqrt tan tointeger type ult
--  utf8: char charpattern codepoint codes len offset

clock = {}
---@return number seconds when the input arrived, UTC
function clock.now() end

-- Seeded by the turn: [0, 1), 1 to a, or a to b.
---@param a? integer
---@param b? integer
---@return number
function random(a, b) end
