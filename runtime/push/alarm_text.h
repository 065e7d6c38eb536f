// The text and the advice of an alarm with its places filled in: "{temperature} Cel" becomes
// "95.2 Cel".

#ifndef PUSH_ALARM_TEXT_H
#define PUSH_ALARM_TEXT_H

struct buffer;
struct twin;

// Writes JSON text. A place names a value of the twin: telemetry, reported, derived, parameter,
// desired or prediction, the first that has the name; one without a value shows "-", a name that
// the model does not have stays as it is.
void alarm_text_write(const char *text, const struct twin *twin, struct buffer *out);

#endif
