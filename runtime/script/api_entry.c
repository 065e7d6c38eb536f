// One line for each thing that an author can name. Classes stand in the order in which they are
// written; the first word of `type` with a question mark behind the name means that it may be left
// out.

#include "base/memory.h"
#include "script/api.h"

#include <string.h>

// A value as a script sees it.
#define VALUE "number|boolean|string|location"
#define TYPE "\"number\"|\"boolean\"|\"text\"|\"location\""

static const struct api_entry entries[] = {
    {"twin", "id", "string", "of this twin"},
    {"twin", "model", "string", "its model's name"},
    {"twin", "level", "\"component\"|\"asset\"|\"system\"|\"process\"", "where it stands"},
    {"twin", "lifecycle", "\"in_service\"|\"commissioning\"|\"maintenance\"|\"out_of_service\"",
     "where it is in its life"},
    {"twin", "attributes", "table<string, any>", "JSON that came with the twin; read only"},
    {"twin", "parameters", "table<string, any>", "what an operator set, or the default; read only"},
    {"twin", "telemetry", "table<string, any>", "newest samples that are not bad; read only"},
    {"twin", "reported", "table<string, any>", "the device's properties; read only"},
    {"twin", "desired", "table<string, any>", "what the device should make it"},
    {"twin", "derived", "table<string, any>", "what scripts computed"},
    {"twin", "state", "table<string, any>", "what the behavior remembers"},
    {"twin", "physics", "table<string, number?>",
     "states of its equations: NAME as the filter has it, open_NAME simulated from the first "
     "sample "
     "on, error_NAME and surprise_NAME of the newest reading; read only"},
    {"twin", "sample", "fun(self: twin, field: string): sample?",
     "the newest sample, also a bad one"},
    {"twin", "raise", "fun(self: twin, alarm: string)", "only a change counts"},
    {"twin", "clear", "fun(self: twin, alarm: string)", "only a change counts"},
    {"twin", "is_raised", "fun(self: twin, alarm: string): boolean", "also of another twin"},
    {"twin", "related", "fun(self: twin, name: string, way?: \"in\"): fun(): twin?",
     "the twins at the other end, by id"},
    {"twin", "part", "fun(self: twin, name: string): twin?", "the twin \"ID:NAME\""},
    {"twin", "send", "fun(self: twin, other: twin, event: string, arguments?: table)",
     "an event for another twin"},
    {"twin", "command", "fun(self: twin, name: string, arguments?: table): integer",
     "gives the device a command; its id"},
    {"twin", "after", "fun(self: twin, timer: string, duration: string)",
     "runs on[\"timer.NAME\"] once; again, it starts anew"},
    {"twin", "cancel", "fun(self: twin, timer: string)", "takes a timer back"},
    {"twin", "learned", "fun(self: twin, name: string, features?: (number|false)[]): any, any, any",
     "what was learned: of a profile the standardised values and the regime, of trees value, low, "
     "high"},
    {"twin", "log", "fun(self: twin, text: any)", "one line in the log, with the twin's id"},

    {"t", "twin", "fun(self: t, id: string, made?: made): twin",
     "makes a twin; the handle reads it"},
    {"t", "other", "fun(self: t, id: string): twin", "a twin that is there already"},
    {"t", "sample", "fun(self: t, twin: twin|string, values: table<string, any>, at?: number)",
     "what its device sends, one message"},
    {"t", "play", "fun(self: t, file: string, twin?: twin|string): integer",
     "a fixture beside the test, at its own pace; its lines"},
    {"t", "advance", "fun(self: t, duration: string)",
     "moves the clock; what is due runs in order"},
    {"t", "desire", "fun(self: t, twin: twin|string, properties: table<string, any>)",
     "what an operator wishes"},
    {"t", "command", "fun(self: t, twin: twin|string, name: string, arguments?: table): integer",
     "an operator's command; its id"},
    {"t", "answer",
     "fun(self: t, twin: twin|string, id: integer, state: \"sent\"|\"done\"|\"failed\", result?: "
     "string)",
     "what the device says of a command"},
    {"t", "event",
     "fun(self: t, twin: twin|string, name: string, arguments?: table, sender?: twin|string)",
     "an event, from the twin itself when no sender is named"},
    {"t", "link", "fun(self: t, from: twin|string, relationship: string, to: twin|string)",
     "makes a relationship"},
    {"t", "unlink", "fun(self: t, from: twin|string, relationship: string, to: twin|string)",
     "ends it"},
    {"t", "lifecycle", "fun(self: t, twin: twin|string, lifecycle: string)",
     "moves it to maintenance, in_service ..."},
    {"t", "replace", "fun(self: t, twin: twin|string)", "a new part for the worn one"},
    {"t", "forecast", "fun(self: t, twin: twin|string, prediction: string): forecast?, string?",
     "runs a prediction now; nil and why"},
    {"t", "equal", "fun(self: t, got: any, wanted: any, tolerance?: number)", "also of tables"},
    {"t", "is", "fun(self: t, condition: any, text?: string)", "neither nil nor false"},
    {"t", "raised", "fun(self: t, twin: twin|string, alarm: string)", "the alarm is raised"},
    {"t", "clear", "fun(self: t, twin: twin|string, alarm: string)", "it is not; a delay may run"},
    {"t", "failed", "fun(self: t, twin: twin|string, text?: string): string",
     "its behavior failed, and that was meant"},
    {"t", "fails", "fun(self: t, call: fun(), text?: string): string", "the call raises"},

    {"made", "model?", "string", "when more than one fits the id"},
    {"made", "parameters?", "table<string, any>", ""},
    {"made", "attributes?", "table<string, any>", ""},
    {"made", "relationships?", "table<string, twin|string|(twin|string)[]>", ""},
    {"made", "state?", "table<string, any>", "what its behavior remembers"},
    {"made", "reported?", "table<string, any>", "what its device said first"},
    {"made", "telemetry?", "table<string, any>", "likewise"},
    {"made", "lifecycle?", "string", ""},

    {"location", "lat", "number", "degrees, -90 to 90"},
    {"location", "lon", "number", "degrees, -180 to 180"},
    {"location", "alt?", "number", "metres, when it is known"},

    {"sample", "value", VALUE, ""},
    {"sample", "raw", VALUE, "before calibration"},
    {"sample", "at", "number", "seconds UTC"},
    {"sample", "quality", "\"good\"|\"uncertain\"|\"bad\"|\"stale\"", ""},

    {"alarm", "name", "string", ""},
    {"alarm", "active", "boolean", ""},
    {"alarm", "value", "number", "of the watched field"},
    {"alarm", "since", "number", "seconds UTC"},
    {"alarm", "severity", "\"info\"|\"warning\"|\"critical\"", ""},

    {"forecast", "value", "number", ""},
    {"forecast", "low", "number", ""},
    {"forecast", "high", "number", ""},

    {"model", "model?", "string", "the file's name"},
    {"model", "title?", "string", "for people"},
    {"model", "level?", "\"component\"|\"asset\"|\"system\"|\"process\"", "where it stands"},
    {"model", "match?", "string", "ids that its first sample creates, with * and ?"},
    {"model", "auto_create?", "boolean", "false: only an operator creates"},
    {"model", "extends?", "string", "the model that it is made from"},
    {"model", "parameters?", "table<string, parameter>", "what an operator sets, per twin"},
    {"model", "telemetry?", "table<string, telemetry>", "what the device measures"},
    {"model", "properties?", "table<string, property>",
     "what the device reports, and we may desire"},
    {"model", "derived?", "table<string, derived>", "what the behavior computes"},
    {"model", "alarms?", "table<string, alarm_rule>", "what can go wrong"},
    {"model", "state?", "table<string, string|table>", "what the behavior remembers"},
    {"model", "events?", "table<string, table<string, argument>>", "what other twins may send it"},
    {"model", "commands?", "table<string, table>", "what the device can be told to do"},
    {"model", "parts?", "table<string, string>", "name = model; the twin is \"ID:NAME\""},
    {"model", "relationships?", "table<string, string>", "name = model at the other end"},
    {"model", "process?", "table", "its stages and buffers"},
    {"model", "learned?", "table<string, table>", "what twinctl train learns from recorded data"},
    {"model", "physics?", "table", "its equations: states, inputs, parameters, outputs, dynamics"},

    {"parameter", "unit?", "string", ""},
    {"parameter", "title?", "string", ""},
    {"parameter", "type?", TYPE, ""},
    {"parameter", "range?", "number[]", "{ low, high }"},
    {"parameter", "default?", VALUE, ""},

    {"telemetry", "unit?", "string", ""},
    {"telemetry", "title?", "string", ""},
    {"telemetry", "type?", TYPE, ""},
    {"telemetry", "range?", "number[]", "{ low, high }; outside is bad"},
    {"telemetry", "calibrate?", "{ gain?: number, offset?: number }",
     "value = raw * gain + offset"},
    {"telemetry", "max_rate?", "number", "units a second; faster is uncertain"},
    {"telemetry", "stuck_after?", "string", "the very same value so long is uncertain"},
    {"telemetry", "spike?", "number|{ by: number, window?: integer }", "from the running median"},
    {"telemetry", "stale_after?", "string", "so long without a sample"},
    {"telemetry", "keep?", "string", "how long its history stays"},

    {"property", "unit?", "string", ""},
    {"property", "title?", "string", ""},
    {"property", "type?", TYPE, ""},
    {"property", "range?", "number[]", "{ low, high }"},
    {"property", "calibrate?", "{ gain?: number, offset?: number }",
     "value = raw * gain + offset; not with writable"},
    {"property", "max_rate?", "number", "units a second; faster is uncertain"},
    {"property", "stuck_after?", "string", "the very same value so long is uncertain"},
    {"property", "spike?", "number|{ by: number, window?: integer }", "from the running median"},
    {"property", "stale_after?", "string", "so long without a sample"},
    {"property", "keep?", "string", "how long its history stays"},
    {"property", "writable?", "boolean", "operators and scripts may desire a value"},

    {"derived", "unit?", "string", ""},
    {"derived", "title?", "string", ""},
    {"derived", "type?", TYPE, ""},
    {"derived", "range?", "number[]", "{ low, high }"},
    {"derived", "counter?", "string", "FIELD: the total of a counter that wraps or begins anew"},
    {"derived", "wraps?", "number", "the counter's highest value"},
    {"derived", "run_time?", "string", "FIELD: how long it was above the limit, or true"},
    {"derived", "above?", "number", "the limit of run_time, 0"},
    {"derived", "count?", "string", "RELATIONSHIP[.FIELD]: how many"},
    {"derived", "sum?", "string", "RELATIONSHIP.FIELD of the related twins"},
    {"derived", "min?", "string", "likewise"},
    {"derived", "max?", "string", "likewise"},
    {"derived", "mean?", "string", "likewise"},
    {"derived", "worst?", "string", "RELATIONSHIP: severity of the worst active alarm, 0 to 3"},
    {"derived", "keep?", "string", "how long its history stays"},

    {"argument", "unit?", "string", ""},
    {"argument", "type?", TYPE, ""},
    {"argument", "range?", "number[]", "{ low, high }"},

    {"alarm_rule", "severity", "\"info\"|\"warning\"|\"critical\"", ""},
    {"alarm_rule", "field?", "string", "that is watched; without one only scripts raise it"},
    {"alarm_rule", "above?", "number|string", "limit, or a parameter's name"},
    {"alarm_rule", "below?", "number|string", "limit, or a parameter's name"},
    {"alarm_rule", "deadband?", "number", "it clears so far inside the limit"},
    {"alarm_rule", "delay?", "string", "so long beyond the limit"},
    {"alarm_rule", "predicted?", "string", "instead of a field: a prediction of a crossing"},
    {"alarm_rule", "within?", "string", "it is raised when the crossing is so near"},
    {"alarm_rule", "text?", "string", "what it says; {NAME} is a value"},
    {"alarm_rule", "advice?", "string", "what to do"},

    {"behavior", "init?", "fun(twin: twin)", "once, in the revision that creates the twin"},
    {"behavior", "migrate?", "fun(twin: twin, from: table)", "when it moves to another version"},
    {"behavior", "on?", "table<string, function|table<string, function>>", "by what happens"},
    {"behavior", "every?", "table<string, fun(twin: twin)>", "by period, \"1m\""},

    {"prediction", "model", "string", "whose"},
    {"prediction", "predict",
     "fun(twin: twin, series: table<string, series>): number|forecast|nil, string?",
     "nil and the reason when there is nothing to predict"},
    {"prediction", "of",
     "{ field: string, above?: number|string, below?: number|string, horizon?: string }",
     "what is forecast"},
    {"prediction", "needs", "table<string, string>", "field = how much of its past"},
    {"prediction", "every", "string", "how often"},
    {"prediction", "unit?", "string", "of the result"},
    {"prediction", "band?", "number", "probability that low to high holds, 0.9"},

    {"series", "count", "fun(self: series): integer", ""},
    {"series", "last", "fun(self: series): number?", ""},
    {"series", "mean", "fun(self: series): number?", ""},
    {"series", "min", "fun(self: series): number?", ""},
    {"series", "max", "fun(self: series): number?", ""},
    {"series", "rate", "fun(self: series, options?: { per: string }): number?",
     "first point to last"},
    {"series", "trend", "fun(self: series, options?: { per: string }): trend", "least squares"},

    {"trend", "slope", "number", "per `per`"},
    {"trend", "intercept", "number", "the line now"},
    {"trend", "last", "number", "the line at the newest point"},
    {"trend", "r2", "number", ""},
    {"trend", "count", "integer", ""},
    {"trend", "reach", "fun(self: trend, limit: number): forecast?, string?",
     "when the line is there"},
};

const struct api_entry *api_entries(size_t *count) {
    *count = ARRAY_LEN(entries);
    return entries;
}

const struct api_entry *api_find(const char *class, const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(entries); i++)
        if (strcmp(entries[i].class, class) == 0 && strcmp(entries[i].name, name) == 0)
            return &entries[i];
    return NULL;
}
