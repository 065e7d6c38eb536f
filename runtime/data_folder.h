// The data folder belongs to one twind at a time.

#ifndef DATA_FOLDER_H
#define DATA_FOLDER_H

struct err;

// Makes the folder if it is missing and holds it until data_folder_release or the process ends,
// however it ends. Returns a descriptor, -1 when it cannot be made or another process holds it.
int data_folder_hold(const char *path, struct err *err);
void data_folder_release(int held);

#endif
