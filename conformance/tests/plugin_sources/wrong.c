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
    if (FAULT == WRITES_TO_STDOUT) {
        puts("wrong 1.0, ready");
        fflush(stdout);
    }
    return DV_OK;
}

static void session_close(DvSession *session) { (void)session; }

static uint32_t query(DvSession *session, const DvCall *call, DvString sql,
                      struct ArrowArrayStream *stream, DvError *error) {
    (void)session, (void)call, (void)sql, (void)stream;
    return dv_error_write(error, DV_UNSUPPORTED, "this engine answers no queries");
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
