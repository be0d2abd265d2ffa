/*
 * Rows as Arrow arrays: the part of a plugin that does not depend on its engine, to be taken as it
 * is. Four kinds of values are enough for most; others are added the same way.
 *
 * A batch is a struct array with a child for each column. The interface lets whoever gets it move
 * children out and release them on their own, so each child owns its memory.
 *
 *   rows_begin   makes room for ROWS_MOST rows
 *   rows_put     writes one value
 *   rows_end     says how many rows there are, and of which kind each column is
 *   rows_schema  gives the type of all batches of a stream
 */
#ifndef ARROW_ROWS_H
#define ARROW_ROWS_H

#include "data_validator_plugin.h"

#include <stdbool.h>

/* The most rows of a batch, a multiple of 8. Offsets are 32 bits wide, so a column of a batch holds
 * less than 2 GiB of text: end a batch early when its values are long. */
enum { ROWS_MOST = 1024 };

/* What a column holds; ROWS_NULLS is one without any value. */
typedef enum RowsKind { ROWS_NULLS, ROWS_INTEGERS, ROWS_DOUBLES, ROWS_TEXTS, ROWS_BLOBS } RowsKind;

/* The memory behind a child array. */
typedef struct RowsColumn {
    /* A bit for each row that has a value, the lowest first. */
    uint8_t valid[ROWS_MOST / 8];
    int64_t nulls;
    union {
        int64_t integers[ROWS_MOST];
        double doubles[ROWS_MOST];
        /* Where in `bytes` the text of a row begins, and behind it the end of the last one. */
        int32_t offsets[ROWS_MOST + 1];
    } data;
    char *bytes;
    size_t used, room;
    const void *buffers[3];
} RowsColumn;

static void rows_release_column(struct ArrowArray *array) {
    RowsColumn *column = array->private_data;
    free(column->bytes);
    free(column);
    array->release = NULL;
}

static void rows_release(struct ArrowArray *array) {
    int64_t i;
    for (i = 0; i < array->n_children; i++) {
        /* One that was moved out has none here. */
        if (array->children[i]->release != NULL) {
            array->children[i]->release(array->children[i]);
        }
    }
    free(array->private_data);
    array->release = NULL;
}

/* Room for a batch; false without memory. It is released like any array, also half made. */
static inline bool rows_begin(struct ArrowArray *batch, int64_t columns) {
    static const void *no_nulls[1] = {NULL};
    struct ArrowArray *children = calloc((size_t)columns, sizeof *children + sizeof children);
    int64_t i;
    memset(batch, 0, sizeof *batch);
    if (children == NULL) {
        return false;
    }
    batch->n_buffers = 1;
    batch->buffers = no_nulls;
    batch->n_children = columns;
    batch->children = (struct ArrowArray **)(children + columns);
    batch->private_data = children;
    batch->release = rows_release;
    for (i = 0; i < columns; i++) {
        batch->children[i] = &children[i];
    }
    for (i = 0; i < columns; i++) {
        children[i].private_data = calloc(1, sizeof(RowsColumn));
        if (children[i].private_data == NULL) {
            batch->release(batch);
            return false;
        }
        children[i].release = rows_release_column;
    }
    return true;
}

/*
 * Writes the value of a column in a row. The rows of a column are written in their order, all that
 * are not NULL of one kind; `value` is an int64_t, a double, or `len` bytes. False without memory,
 * or where the texts of a column get too long.
 */
static inline bool rows_put(struct ArrowArray *batch, int64_t index, int64_t row, RowsKind kind,
                            const void *value, size_t len) {
    RowsColumn *column = batch->children[index]->private_data;
    if (value == NULL) {
        column->nulls++;
    } else {
        column->valid[row / 8] |= (uint8_t)(1u << (row % 8));
    }
    if (kind == ROWS_INTEGERS && value != NULL) {
        memcpy(&column->data.integers[row], value, sizeof(int64_t));
    } else if (kind == ROWS_DOUBLES && value != NULL) {
        memcpy(&column->data.doubles[row], value, sizeof(double));
    } else if (kind == ROWS_TEXTS || kind == ROWS_BLOBS) {
        if (value != NULL && len > INT32_MAX - column->used) {
            return false;
        }
        if (value != NULL && column->used + len > column->room) {
            size_t room = 2 * column->room + len;
            char *bytes = realloc(column->bytes, room);
            if (bytes == NULL) {
                return false;
            }
            column->bytes = bytes;
            column->room = room;
        }
        if (value != NULL && len > 0) {
            memcpy(column->bytes + column->used, value, len);
            column->used += len;
        }
        column->data.offsets[row + 1] = (int32_t)column->used;
    }
    return true;
}

/* Completes a batch. */
static inline void rows_end(struct ArrowArray *batch, int64_t rows, const RowsKind *kinds) {
    int64_t i;
    batch->length = rows;
    for (i = 0; i < batch->n_children; i++) {
        struct ArrowArray *array = batch->children[i];
        RowsColumn *column = array->private_data;
        array->length = rows;
        array->null_count = column->nulls;
        /* An array of NULLs alone has no buffers, one of numbers has the second for its values. */
        array->n_buffers = kinds[i] == ROWS_NULLS ? 0 : kinds[i] < ROWS_TEXTS ? 2 : 3;
        array->buffers = column->buffers;
        column->buffers[0] = column->valid;
        column->buffers[1] = &column->data;
        column->buffers[2] = column->bytes != NULL ? column->bytes : "";
    }
}

static void rows_release_name(struct ArrowSchema *schema) {
    free(schema->private_data);
    schema->release = NULL;
}

static void rows_release_schema(struct ArrowSchema *schema) {
    int64_t i;
    for (i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release != NULL) {
            schema->children[i]->release(schema->children[i]);
        }
    }
    free(schema->private_data);
    schema->release = NULL;
}

/* The type of the batches, with copies of the names; false without memory. */
static inline bool rows_schema(struct ArrowSchema *schema, int64_t columns, const RowsKind *kinds,
                               const char *const *names) {
    static const char *const formats[] = {"n", "l", "g", "u", "z"};
    struct ArrowSchema *children = calloc((size_t)columns, sizeof *children + sizeof children);
    int64_t i;
    memset(schema, 0, sizeof *schema);
    if (children == NULL) {
        return false;
    }
    schema->format = "+s";
    schema->name = "";
    schema->n_children = columns;
    schema->children = (struct ArrowSchema **)(children + columns);
    schema->private_data = children;
    schema->release = rows_release_schema;
    for (i = 0; i < columns; i++) {
        schema->children[i] = &children[i];
    }
    for (i = 0; i < columns; i++) {
        size_t size = strlen(names[i]) + 1;
        char *name = malloc(size);
        if (name == NULL) {
            schema->release(schema);
            return false;
        }
        children[i].format = formats[kinds[i]];
        children[i].name = memcpy(name, names[i], size);
        children[i].flags = ARROW_FLAG_NULLABLE;
        children[i].private_data = name;
        children[i].release = rows_release_name;
    }
    return true;
}

/* Whether Arrow takes the bytes for a text: UTF-8 without surrogates and needlessly long forms. */
static inline bool rows_is_utf8(const void *bytes, size_t len) {
    const unsigned char *at = bytes, *end = at + len;
    while (at < end) {
        unsigned char lead = *at++;
        int more = lead < 0x80 ? 0 : lead < 0xC2 ? -1 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        /* The bounds of the second byte, which the first one sets; of all others 80 to BF. */
        unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (more < 0 || lead > 0xF4 || end - at < more) {
            return false;
        }
        for (; more > 0; more--, least = 0x80, most = 0xBF) {
            if (*at < least || *at > most) {
                return false;
            }
            at++;
        }
    }
    return true;
}

#endif /* ARROW_ROWS_H */
