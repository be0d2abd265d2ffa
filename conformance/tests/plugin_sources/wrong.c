/* An engine that declares transactions and has one fault, which the macro FAULT names. */
#include "data_validator_plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SAYS_OK_TO_ALL 0
#define ABORTS 1
#define HANGS 2
#define WRITES_TO_STDOUT 3
#define ABORTS_WHEN_LOADED 4
#define DECLARES_NOTHING 5
#define TAKES_ALL_MEMORY 6
/* Rows that are none; all of the following. */
#define GIVES_TEXT_THAT_IS_NOT_UTF8 7
#define GIVES_A_TYPE_THAT_THERE_IS_NOT 8
#define GIVES_FEWER_VALUES_THAN_ROWS 9
#define GIVES_TEXT_THAT_ENDS_BEFORE_IT_BEGINS 10
#define GIVES_NO_BUFFERS 11

static uint32_t engine_open(void *context, DvEngine **engine, DvError *error) {
    (void)context, (void)engine, (void)error;
    return DV_OK;
}

static void engine_close(DvEngine *engine) { (void)engine; }

static uint32_t describe(DvEngine *engine, DvText *description, DvError *error) {
    static const char text[] = "{\"name\": \"wrong\", \"version\": \"1\", \"capabilities\": {\"transactions\": "
                               "\"" TRANSACTIONS "\"}}";
    (void)engine, (void)error;
    return dv_text_write(description, text, sizeof text - 1);
}

static uint32_t session_open(DvEngine *engine, const DvCall *call, DvString config,
                             DvSession **session, DvError *error) {
    (void)engine, (void)call, (void)config, (void)session, (void)error;
    if (FAULT == ABORTS) {
        fputs("wrong: this cannot happen\n", stderr);
        abort();
    }
    if (FAULT == HANGS) {
        for (;;) {
            pause();
        }
    }
    if (FAULT == TAKES_ALL_MEMORY) {
        for (;;) {
            void *piece = malloc(1 << 20);
            if (piece != NULL) {
                memset(piece, 1, 1 << 20);
            }
        }
    }
    if (FAULT == WRITES_TO_STDOUT) {
        puts("wrong 1.0, ready");
        fflush(stdout);
    }
    return DV_OK;
}

static void session_close(DvSession *session) { (void)session; }

static void release_schema(struct ArrowSchema *schema) { schema->release = NULL; }
static void release_array(struct ArrowArray *array) { array->release = NULL; }
static void release_stream(struct ArrowArrayStream *stream) { stream->release = NULL; }

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema) {
    static struct ArrowSchema column, *columns[] = {&column};
    (void)stream;
    memset(&column, 0, sizeof column);
    column.format = FAULT == GIVES_A_TYPE_THAT_THERE_IS_NOT ? "?" : "u";
    column.name = "n";
    column.flags = ARROW_FLAG_NULLABLE;
    column.release = release_schema;
    memset(schema, 0, sizeof *schema);
    schema->format = "+s";
    schema->name = "";
    schema->n_children = 1;
    schema->children = columns;
    schema->release = release_schema;
    return 0;
}

/* One row with the text "1", but for the fault. */
static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *array) {
    static char text[] = "1\xff";
    static int32_t offsets[] = {0, 1, 1, 1};
    static const void *buffers[] = {NULL, offsets, text}, *of_rows[] = {NULL};
    static struct ArrowArray column, *columns[] = {&column};
    memset(array, 0, sizeof *array);
    if (stream->private_data != NULL) {
        return 0;
    }
    stream->private_data = stream;
    if (FAULT == GIVES_TEXT_THAT_IS_NOT_UTF8) {
        offsets[1] = 2;
    }
    if (FAULT == GIVES_TEXT_THAT_ENDS_BEFORE_IT_BEGINS) {
        offsets[0] = 1, offsets[1] = 0;
    }
    memset(&column, 0, sizeof column);
    column.length = 1;
    column.n_buffers = FAULT == GIVES_NO_BUFFERS ? 0 : 3;
    column.buffers = buffers;
    column.release = release_array;
    array->length = FAULT == GIVES_FEWER_VALUES_THAN_ROWS ? 3 : 1;
    array->n_buffers = 1;
    array->buffers = of_rows;
    array->n_children = 1;
    array->children = columns;
    array->release = release_array;
    return 0;
}

static const char *stream_last_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return NULL;
}

static uint32_t query(DvSession *session, const DvCall *call, DvString sql,
                      struct ArrowArrayStream *stream, DvError *error) {
    (void)session, (void)call, (void)sql;
    if (FAULT < GIVES_TEXT_THAT_IS_NOT_UTF8) {
        return dv_error_write(error, DV_UNSUPPORTED, "this engine answers no queries");
    }
    memset(stream, 0, sizeof *stream);
    stream->get_schema = stream_schema;
    stream->get_next = stream_next;
    stream->get_last_error = stream_last_error;
    stream->release = release_stream;
    return DV_OK;
}

static uint32_t execute(DvSession *session, const DvCall *call, DvString sql, int64_t *changed,
                        DvError *error) {
    (void)session, (void)call, (void)sql, (void)error;
    *changed = -1;
    return DV_OK;
}

static uint32_t says_ok(DvSession *session, const DvCall *call, DvError *error) {
    (void)session, (void)call, (void)error;
    return DV_OK;
}

DV_EXPORT uint32_t dv_plugin_init_v1(const DvHost *host, DvPlugin *plugin, DvError *error) {
    DvPlugin table;
    (void)host, (void)error;
    if (FAULT == ABORTS_WHEN_LOADED) {
        abort();
    }
    memset(&table, 0, sizeof table);
    table.engine_open = engine_open;
    table.engine_close = engine_close;
    table.describe = describe;
    table.session_open = session_open;
    table.session_close = session_close;
    table.query = query;
    table.execute = execute;
    table.begin = says_ok;
    table.commit = says_ok;
    table.rollback = says_ok;
    dv_plugin_write(plugin, &table);
    return DV_OK;
}
