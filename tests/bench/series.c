// Bytes a sample of compressed series, with time, value and quality.
//
//   series store DATA              of a data folder that no twind has open: as they lie there
//   series csv FILE TIME COLUMN... of a recording, a series a column: True and False are numbers
//
// Prints one line of JSON: samples and bytes a sample; of a store also with all of LMDB's pages.

#include "base/err.h"
#include "base/memory.h"
#include "store/series_file.h"
#include "store/state_file.h"
#include "store/stretch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 32

static int fail(const char *what) {
    fprintf(stderr, "series: %s\n", what);
    return 2;
}

static int measure_store(const char *dir) {
    struct state_file file;
    struct series_place place;
    struct err err;
    double samples = 0, bytes = 0;
    if (!state_file_open(&file, dir, NULL, &err)) return fail(err.text);
    for (bool is_first = true; series_next(&file, &place, is_first); is_first = false) {
        struct buffer payload = {0};
        struct series_found found;
        struct stretch stretch;
        if (series_find(&file, &place.key, place.key_at, &found, &payload) &&
            stretch_decode(payload.bytes, payload.length, &stretch)) {
            samples += stretch.count;
            bytes += (double)payload.length + place.key.length + 16; // time in the key, checksum
            stretch_fini(&stretch);
        }
        buffer_fini(&payload);
    }
    MDB_txn *txn;
    double pages = 0;
    if (state_file_begin_reading(&file, &txn) == 0) {
        pages = (double)environment_used(txn, &file.databases[STATE_SERIES], 1);
        mdb_txn_abort(txn);
    }
    printf("{\"samples\":%.0f,\"bytes\":%.3f,\"bytes_with_pages\":%.3f}\n", samples,
           bytes / samples, pages / samples);
    state_file_close(&file);
    return samples > 0 ? 0 : fail("there is no series");
}

static double number(const char *text) {
    if (strcmp(text, "True") == 0) return 1;
    return strcmp(text, "False") == 0 ? 0 : atof(text);
}

static int split(char *line, char **cells) {
    int count = 0;
    for (char *cell = strsep(&line, ",\r\n"); cell && count < COLUMNS_MAX;
         cell = strsep(&line, ",\r\n"))
        cells[count++] = cell;
    return count;
}

static int place_of(char **cells, int count, const char *name) {
    int place = 0;
    while (place < count && strcmp(cells[place], name) != 0)
        place++;
    return place;
}

// Seconds or nanoseconds, by their size.
static int64_t microseconds(const char *text) {
    double time = atof(text);
    return time > 1e15 ? llround(time / 1e3) : llround(time * 1e6);
}

static int measure_csv(const char *path, int count, char **names) {
    static struct chunk_sample samples[COLUMNS_MAX][CHUNK_SAMPLES];
    char line[4096], *cells[COLUMNS_MAX];
    int places[COLUMNS_MAX];
    uint32_t filled = 0;
    struct buffer out = {0};
    double total = 0;
    FILE *file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file)) return fail("the file cannot be read");
    int columns = split(line, cells);
    for (int i = 0; i < count; i++)
        if ((places[i] = place_of(cells, columns, names[i])) == columns) return fail(names[i]);
    bool is_more = true;
    while (is_more) {
        is_more = fgets(line, sizeof line, file) && split(line, cells) >= columns;
        for (int i = 1; is_more && i < count; i++)
            samples[i][filled] =
                (struct chunk_sample){microseconds(cells[places[0]]), number(cells[places[i]]), 0};
        filled += is_more;
        if (filled < CHUNK_SAMPLES && (is_more || filled == 0)) continue;
        for (int i = 1; i < count; i++)
            chunk_encode(samples[i], filled, &out);
        total += (double)filled * (count - 1);
        filled = 0;
    }
    printf("{\"samples\":%.0f,\"bytes\":%.3f}\n", total, (double)out.length / total);
    buffer_fini(&out);
    fclose(file);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "store") == 0) return measure_store(argv[2]);
    if (argc >= 5 && argc < COLUMNS_MAX && strcmp(argv[1], "csv") == 0)
        return measure_csv(argv[2], argc - 3, argv + 3);
    return fail("usage: series store DATA | series csv FILE TIME COLUMN...");
}
