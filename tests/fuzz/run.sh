#!/bin/sh
# Builds the fuzz drivers with clang's libFuzzer and runs each for SECONDS (default 60) from its corpus.
# Usage: tests/fuzz/run.sh [SECONDS] [DRIVER ...]
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
[ $# -gt 0 ] && shift
drivers=${*:-"message pack block front"}
out=${BUILD:-build}/fuzz
packages="libcoap-3-gnutls libwebsockets"
mkdir -p "$out"
sources() {
    case $1 in
    message) echo runtime/ingest/message.c ;;
    pack) echo runtime/ingest/pack.c runtime/ingest/senml.c runtime/ingest/location_scan.c \
        runtime/ingest/json_scan.c runtime/ingest/cbor_scan.c runtime/ingest/utf8.c runtime/base/err.c runtime/base/memory.c ;;
    block) echo runtime/ingest/block.c runtime/base/err.c runtime/base/memory.c ;;
    front) echo runtime/ingest/*.c runtime/twin/*.c runtime/predict/*.c runtime/base/*.c ;;
    esac
}
for driver in $drivers; do
    # shellcheck disable=SC2046,SC2086
    clang -std=c11 -D_GNU_SOURCE -O1 -g -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=undefined -Iruntime -Itests/unit $(pkg-config --cflags $packages) \
        -o "$out/fuzz_$driver" "tests/fuzz/fuzz_$driver.c" $(sources "$driver") \
        $(pkg-config --libs $packages) -lcmocka -lpthread -lm
    mkdir -p "$out/corpus_$driver"
    "$out/fuzz_$driver" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -print_final_stats=1 \
        "$out/corpus_$driver" "tests/fuzz/corpus/$driver"
done
