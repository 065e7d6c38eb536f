// One array of nodes for all trees: a node's first subtree follows it, the second one's place is
// kept.

#include "predict/trees.h"

#include "base/memory.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define LEAF (-1)

struct node {
    float threshold; // or the leaf's value
    int16_t input;   // LEAF
    bool is_missing_second;
    uint32_t second;
};

struct trees {
    int inputs, count;
    double base;
    struct node *nodes;
    uint32_t node_count, node_capacity;
    uint32_t *roots;
};

struct trees *trees_new(int inputs, double base) {
    struct trees *trees = xcalloc(1, sizeof *trees);
    trees->inputs = inputs;
    trees->base = base;
    return trees;
}

void trees_free(struct trees *trees) {
    if (!trees) return;
    free(trees->nodes);
    free(trees->roots);
    free(trees);
}

static uint32_t add_node(struct trees *trees) {
    if (trees->node_count == trees->node_capacity) {
        trees->node_capacity = trees->node_capacity ? trees->node_capacity * 2 : 1024;
        trees->nodes = xrealloc(trees->nodes, sizeof *trees->nodes * trees->node_capacity);
    }
    return trees->node_count++;
}

static bool take_number(const char **at, float *number) {
    char *end;
    *number = strtof(*at, &end);
    bool is_number = end != *at && isfinite(*number);
    *at = end;
    return is_number;
}

static bool add_subtree(struct trees *trees, const char **at, int depth) {
    struct node node = {.input = LEAF};
    uint32_t place = add_node(trees);
    while (**at == ' ')
        ++*at;
    if (depth > 64) return false;
    bool is_leaf = **at == '=';
    if (is_leaf) {
        ++*at;
    } else {
        char *end;
        long input = strtol(*at, &end, 10);
        if (end == *at || *end != '<' || input < 0 || input >= trees->inputs) return false;
        node.input = (int16_t)input;
        *at = end + 1;
    }
    if (!take_number(at, &node.threshold)) return false;
    node.is_missing_second = !is_leaf && **at == '!';
    *at += node.is_missing_second;
    if (!is_leaf) {
        if (!add_subtree(trees, at, depth + 1)) return false;
        node.second = trees->node_count;
        if (!add_subtree(trees, at, depth + 1)) return false;
    }
    trees->nodes[place] = node;
    return true;
}

bool trees_add(struct trees *trees, const char *text) {
    uint32_t root = trees->node_count;
    if (!add_subtree(trees, &text, 0) || *text) {
        trees->node_count = root;
        return false;
    }
    trees->roots = xrealloc(trees->roots, sizeof *trees->roots * (size_t)(trees->count + 1));
    trees->roots[trees->count++] = root;
    return true;
}

int trees_inputs(const struct trees *trees) {
    return trees->inputs;
}

int trees_count(const struct trees *trees) {
    return trees->count;
}

double trees_value(const struct trees *trees, const double *inputs) {
    double sum = trees->base;
    for (int i = 0; i < trees->count; i++) {
        const struct node *node = &trees->nodes[trees->roots[i]];
        while (node->input != LEAF) {
            float input = (float)inputs[node->input];
            bool is_second = isnan(input) ? node->is_missing_second : !(input < node->threshold);
            node = is_second ? &trees->nodes[node->second] : node + 1;
        }
        sum += node->threshold;
    }
    return sum;
}
