/* A host in C: loads the plugin that is named, talks to it, and prints what it answers. */
#include "data_validator_plugin.h"

#include <dlfcn.h>
#include <stdio.h>

static void print_log(void *context, uint32_t level, DvString target, DvString message) {
    const char *prefix = (const char *)context;
    const char *end = (const char *)memchr(message.ptr, '\n', message.len);
    /* The first line of a panic has a place in a source file, which tests do not know. */
    if (end != NULL) {
        size_t first = (size_t)(end - message.ptr) + 1;
        message.ptr += first;
        message.len -= first;
    }
    printf("%s level %u, %.*s: %.*s\n", prefix, (unsigned)level, (int)target.len, target.ptr,
           (int)message.len, message.ptr);
}

static DvError no_error(void) {
    DvError error;
    memset(&error, 0, sizeof error);
    error.struct_size = sizeof error;
    return error;
}

/* Prints what a call returned. */
static int told(const char *call, uint32_t status, DvError *error) {
    printf("%s: %u", call, (unsigned)status);
    if (status != DV_OK) {
        printf(" [%s] %.*s", error->sqlstate, (int)error->message.len, error->message.ptr);
    }
    printf("\n");
    if (error->release != NULL) {
        error->release(error);
    }
    return status == DV_OK;
}

/* Runs a statement and prints its rows. */
static void query(const DvPlugin *plugin, DvSession *session, const char *sql) {
    DvCall call = {sizeof call, 42};
    DvError error = no_error();
    struct ArrowArrayStream stream;
    memset(&stream, 0, sizeof stream);
    memset(&call, 0, sizeof call);
    call.struct_size = sizeof call;
    call.operation = 42;
    if (!told(sql, plugin->query(session, &call, dv_string(sql), &stream, &error), &error)) {
        return;
    }
    for (;;) {
        struct ArrowArray batch;
        int64_t row;
        memset(&batch, 0, sizeof batch);
        if (stream.get_next(&stream, &batch) != 0) {
            printf("  last error: %s\n", stream.get_last_error(&stream));
            error = no_error();
            told("  stream_error", plugin->stream_error(&stream, &error), &error);
            break;
        }
        if (batch.release == NULL) {
            break;
        }
        for (row = 0; row < batch.length; row++) {
            printf("  %d\n", (int)((const int64_t *)batch.children[0]->buffers[1])[row]);
        }
        batch.release(&batch);
    }
    stream.release(&stream);
}

int main(int count, char **arguments) {
    static char prefix[] = "log:";
    static DvHost host;
    uint32_t (*init)(const DvHost *, DvPlugin *, DvError *);
    DvCall call;
    DvPlugin plugin;
    DvEngine *engine = NULL;
    DvSession *session = NULL;
    DvError error = no_error();
    DvText text;
    void *library = count == 2 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library == NULL) {
        fprintf(stderr, "%s\n", count == 2 ? dlerror() : "name a plugin");
        return 1;
    }
    host.struct_size = sizeof host;
    host.abi_major = DV_ABI_MAJOR;
    host.abi_minor = DV_ABI_MINOR;
    host.context = prefix;
    host.log = print_log;
    host.log_level = DV_LOG_INFO;
    memset(&call, 0, sizeof call);
    call.struct_size = sizeof call;
    call.operation = 7;
    *(void **)(&init) = dlsym(library, "dv_plugin_init_v1");
    memset(&plugin, 0, sizeof plugin);
    plugin.struct_size = sizeof plugin;
    told("init", init(&host, &plugin, &error), &error);
    told("engine_open", plugin.engine_open(plugin.context, &engine, &error), &error);

    memset(&text, 0, sizeof text);
    told("describe", plugin.describe(engine, &text, &error), &error);
    printf("  %.*s\n", 34, text.ptr);
    text.release(&text);

    told("refused",
         plugin.session_open(engine, &call, dv_string("{\"options\": {\"how\": \"refuse\"}}"), &session,
                             &error),
         &error);
    told("session_open", plugin.session_open(engine, &call, dv_string("{}"), &session, &error), &error);
    query(&plugin, session, "rows 2");
    query(&plugin, session, "fail at 2");
    query(&plugin, session, "refuse");
    query(&plugin, session, "panic");
    query(&plugin, session, "panic in next");
    query(&plugin, session, "rows 1");
    plugin.session_close(session);
    plugin.engine_close(engine);
    plugin.shutdown(plugin.context);
    return 0;
}
