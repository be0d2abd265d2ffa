/* A plugin with one mistake, which the macro MISTAKE names. Without it any statement gives the number 7. */
#include "data_validator_plugin.h"

#include <errno.h>
#include <unistd.h>

#define NONE 0
#define NULL_FUNCTION 1
#define OTHER_MAJOR 2
#define GARBAGE_UTF8 3
#define UNKNOWN_CLASS 4
#define FAILING_STREAM 5
#define BROKEN_JSON 6
#define BAD_TEMPLATE 7
#define SLOW_END 8
#define EMPTY_TABLE 9

#ifndef MISTAKE
#define MISTAKE NONE
#endif
#ifndef NAME
#define NAME "misbehaving"
#endif

static uint32_t engine_open(void *context, DvEngine **engine, DvError *error) {
    (void)context, (void)engine, (void)error;
    return DV_OK;
}

static void engine_close(DvEngine *engine) { (void)engine; }

static uint32_t describe(DvEngine *engine, DvText *description, DvError *error) {
#if MISTAKE == BROKEN_JSON
    static const char text[] = "{\"name\": ";
#elif MISTAKE == BAD_TEMPLATE
    static const char text[] =
        "{\"name\": \"" NAME "\", \"version\": \"1\", \"dialect\": {\"count_where\": \"count(*)\"}}";
#else
    static const char text[] = "{\"name\": \"" NAME "\", \"version\": \"1\"}";
#endif
    (void)engine, (void)error;
    return dv_text_write(description, text, sizeof text - 1);
}

static uint32_t session_open(DvEngine *engine, const DvCall *call, DvString config,
                             DvSession **session, DvError *error) {
    (void)engine, (void)call, (void)config, (void)session, (void)error;
    return DV_OK;
}

static void session_close(DvSession *session) { (void)session; }

static void nothing_to_free(struct ArrowArray *array) { array->release = NULL; }
static void no_type_to_free(struct ArrowSchema *schema) { schema->release = NULL; }

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    static struct ArrowSchema column;
    static struct ArrowSchema *children[1] = {&column};
    (void)stream;
    column.format = "l";
    column.name = "id";
    column.flags = ARROW_FLAG_NULLABLE;
    column.release = no_type_to_free;
    memset(out, 0, sizeof *out);
    out->format = "+s";
    out->name = "";
    out->n_children = 1;
    out->children = children;
    out->release = no_type_to_free;
    return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    static const int64_t seven = 7;
    static const void *buffers[2] = {NULL, &seven};
    static const void *no_nulls[1] = {NULL};
    static struct ArrowArray column;
    static struct ArrowArray *children[1] = {&column};
    char *given = (char *)&stream->private_data;
    memset(out, 0, sizeof *out);
#if MISTAKE == FAILING_STREAM
    if (*given == 2) {
        return EIO;
    }
#else
    if (*given == 1) {
        return 0;
    }
#endif
    *given += 1;
    memset(&column, 0, sizeof column);
    column.length = 1;
    column.n_buffers = 2;
    column.buffers = buffers;
    column.release = nothing_to_free;
    /* Batches without a row are allowed, and a host reads on. */
    out->length = MISTAKE == FAILING_STREAM ? 0 : 1;
    column.length = out->length;
    out->n_buffers = 1;
    out->buffers = no_nulls;
    out->n_children = 1;
    out->children = children;
    out->release = nothing_to_free;
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return "the third batch is lost";
}

static void release_stream(struct ArrowArrayStream *stream) { stream->release = NULL; }

static uint32_t query(DvSession *session, const DvCall *call, DvString sql,
                      struct ArrowArrayStream *stream, DvError *error) {
    (void)session, (void)call, (void)sql;
#if MISTAKE == GARBAGE_UTF8
    return dv_error_write(error, DV_DATA, "caf\xe9 is not UTF-8");
#elif MISTAKE == UNKNOWN_CLASS
    return dv_error_write(error, 4711, "what is this");
#endif
    (void)error;
    memset(stream, 0, sizeof *stream);
    stream->get_schema = get_schema;
    stream->get_next = get_next;
    stream->get_last_error = get_last_error;
    stream->release = release_stream;
    return DV_OK;
}

static void shutdown(void *context) {
    (void)context;
#if MISTAKE == SLOW_END
    sleep(1);
#endif
}

DV_EXPORT uint32_t dv_plugin_init_v1(const DvHost *host, DvPlugin *plugin, DvError *error) {
    DvPlugin table;
    (void)host, (void)error;
    memset(&table, 0, sizeof table);
    table.engine_open = engine_open;
    table.engine_close = engine_close;
    table.describe = describe;
    table.session_open = session_open;
    table.session_close = session_close;
    table.query = MISTAKE == NULL_FUNCTION ? NULL : query;
    table.shutdown = shutdown;
    if (MISTAKE == EMPTY_TABLE) {
        return DV_OK;
    }
    dv_plugin_write(plugin, &table);
    if (MISTAKE == OTHER_MAJOR) {
        plugin->abi_major = 2;
    }
    return DV_OK;
}
