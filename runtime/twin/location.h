// A place on earth (`struct location`, value.h): what is one, and how it reads as one text.

#ifndef TWIN_LOCATION_H
#define TWIN_LOCATION_H

#include "twin/value.h"

#include <stddef.h>

struct err;
struct region;

#define LOCATION_TEXT_SIZE 96 // three numbers, two commas, a NUL

// ERR_INVALID for a place that is not on earth; `what` is whose place it is, "desired position".
bool location_check(const struct location *location, const char *what, struct err *err);

// A value whose bytes are in the region.
struct value location_copy(const struct location *location, struct region *region);

// "52.1,4.3" or "52.1,4.3,12", white space allowed. False when the text is something else; what the
// numbers may be is location_check's to say.
bool location_parse(const char *text, size_t length, struct location *location);
void location_format(const struct location *location, char text[LOCATION_TEXT_SIZE]);

#endif
