/* The smallest plugin: the six functions that every one has. Any statement gives the rows 1, 2, 3 in
 * three batches, `refuse` is refused, and `fail` fails on the third batch. */
#include "data_validator_plugin.h"

#include <errno.h>

static uint32_t engine_open(void *context, DvEngine **engine, DvError *error) {
    (void)context, (void)engine, (void)error;
    return DV_OK;
}

static void engine_close(DvEngine *engine) { (void)engine; }

static uint32_t describe(DvEngine *engine, DvText *description, DvError *error) {
    static const char text[] = "{\"name\": \"core\", \"version\": \"1.0\", \"from_the_future\": 7}";
    (void)engine, (void)error;
    return dv_text_write(description, text, sizeof text - 1);
}

static uint32_t session_open(DvEngine *engine, const DvCall *call, DvString config,
                             DvSession **session, DvError *error) {
    (void)engine, (void)call, (void)session;
    if (config.len == 0) {
        return dv_error_write(error, DV_CONFIG, "no configuration");
    }
    return DV_OK;
}

static void session_close(DvSession *session) { (void)session; }

/* What a stream of ours points to. */
typedef struct Rows {
    int64_t last;
    int fails;
} Rows;

/* What an array of ours points to: the column, and all that both point to. */
typedef struct Batch {
    struct ArrowArray column;
    struct ArrowArray *children[1];
    const void *no_nulls[1];
    const void *buffers[2];
    int64_t value;
} Batch;

static void nothing_to_free(struct ArrowArray *array) { array->release = NULL; }

static void free_batch(struct ArrowArray *array) {
    Batch *batch = (Batch *)array->private_data;
    if (batch->column.release != NULL) {
        batch->column.release(&batch->column);
    }
    free(batch);
    array->release = NULL;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    Rows *rows = (Rows *)stream->private_data;
    Batch *batch;
    if (rows->last == 3) {
        memset(out, 0, sizeof *out);
        return 0;
    }
    if (rows->fails && rows->last == 2) {
        return EINVAL;
    }
    batch = (Batch *)calloc(1, sizeof *batch);
    if (batch == NULL) {
        return ENOMEM;
    }
    batch->value = ++rows->last;
    batch->buffers[1] = &batch->value;
    batch->column.length = 1;
    batch->column.n_buffers = 2;
    batch->column.buffers = batch->buffers;
    batch->column.release = nothing_to_free;
    batch->children[0] = &batch->column;
    memset(out, 0, sizeof *out);
    out->length = 1;
    out->n_buffers = 1;
    out->buffers = batch->no_nulls;
    out->n_children = 1;
    out->children = batch->children;
    out->release = free_batch;
    out->private_data = batch;
    return 0;
}

static void release_schema(struct ArrowSchema *schema) { schema->release = NULL; }

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    static struct ArrowSchema column;
    static struct ArrowSchema *children[1] = {&column};
    (void)stream;
    column.format = "l";
    column.name = "n";
    column.release = release_schema;
    memset(out, 0, sizeof *out);
    out->format = "+s";
    out->name = "";
    out->n_children = 1;
    out->children = children;
    out->release = release_schema;
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return "the third row is bad";
}

static void release_stream(struct ArrowArrayStream *stream) {
    free(stream->private_data);
    stream->release = NULL;
}

static uint32_t query(DvSession *session, const DvCall *call, DvString sql,
                      struct ArrowArrayStream *stream, DvError *error) {
    Rows *rows;
    (void)session, (void)call;
    if (sql.len == 6 && memcmp(sql.ptr, "refuse", 6) == 0) {
        return dv_error_write(error, DV_INVALID_SQL, "refused");
    }
    rows = (Rows *)calloc(1, sizeof *rows);
    if (rows == NULL) {
        return dv_error_write(error, DV_RESOURCE, "no memory");
    }
    rows->fails = sql.len == 4 && memcmp(sql.ptr, "fail", 4) == 0;
    stream->get_schema = get_schema;
    stream->get_next = get_next;
    stream->get_last_error = get_last_error;
    stream->release = release_stream;
    stream->private_data = rows;
    return DV_OK;
}

DV_EXPORT uint32_t dv_plugin_init_v1(const DvHost *host, DvPlugin *plugin, DvError *error) {
    DvPlugin table;
    if (host->abi_major != DV_ABI_MAJOR) {
        return dv_error_write(error, DV_UNSUPPORTED, "this plugin speaks version 1");
    }
    memset(&table, 0, sizeof table);
    table.engine_open = engine_open;
    table.engine_close = engine_close;
    table.describe = describe;
    table.session_open = session_open;
    table.session_close = session_close;
    table.query = query;
    dv_plugin_write(plugin, &table);
    return DV_OK;
}
