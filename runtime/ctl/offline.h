// What needs the data folder itself and not a running twind: done by the program that owns such
// folders, twind, which lies beside twinctl.

#ifndef CTL_OFFLINE_H
#define CTL_OFFLINE_H

// Becomes `twind arguments...` (NULL at the end), so its output and its exit code are the verb's.
// Returns only when there is no such program: the code to exit with.
int offline_become(const char *const *arguments);

#endif
