/*
 * SQLite as an engine of Data Validator: a plugin in C11, to be read from top to bottom and taken as
 * a start for your own. README.md beside it says how to build and use it.
 *
 *   Operations    one call of a session at a time, and how another thread cancels it
 *   Sessions      what the host sends as JSON, open and close
 *   Sources       tables and queries, and their columns
 *   Queries       the rows of a statement as a stream
 *   The plugin    what the engine says of itself, and the table of functions
 *
 * What it stands on: sqlite_errors.h gives every failure a class, sqlite_statements.h takes one
 * statement and no more, sqlite_columns.h gives SQLite's columns types that one can rely on, and
 * arrow_rows.h puts rows into Arrow arrays.
 */
#include "arrow_rows.h"
#include "data_validator_plugin.h"
#include "sqlite_columns.h"
#include "sqlite_errors.h"
#include "sqlite_statements.h"

#include <sqlite3.h>

#if SQLITE_VERSION_NUMBER < 3038000
#error "SQLite 3.38 or newer is needed: it has JSON functions and says where an error is"
#endif

/* ---- Operations --------------------------------------------------------------------------- */

/* A source that was attached, the newest first, kept until the session ends; the host asks for its
 * columns by the relation. */
typedef struct Attached {
    struct Attached *next;
    char *relation, *schema;
} Attached;

struct DvSession {
    sqlite3 *database;
    Attached *attached;
    /* SELECT 1, which stands at its row while an operation runs; see begin. */
    sqlite3_stmt *marker;
    /* Guards what follows, as cancel comes from another thread. */
    sqlite3_mutex *mutex;
    bool is_busy, has_request;
    /* The operation that runs, and the last one that was to be cancelled while it did not run. */
    uint64_t operation, requested;
};

/*
 * Begins an operation, unless another one runs or this one is cancelled already.
 *
 * SQLite forgets an interrupt that comes while no statement is active. The marker is active from
 * here to `end`, so none is lost between the steps of an operation, and none outlives it.
 */
static uint32_t begin(DvSession *session, const DvCall *call, DvError *error) {
    uint32_t status = DV_OK;
    sqlite3_mutex_enter(session->mutex);
    if (session->is_busy) {
        status = fail(error, DV_INVALID_STATE, "the session still has a stream; release it first");
    } else if (session->has_request && session->requested == call->operation) {
        status = fail(error, DV_CANCELLED, "the operation was cancelled before it began");
    } else if (sqlite3_step(session->marker) != SQLITE_ROW) {
        status = sqlite_failure(error, session->database, RUNNING, "beginning an operation");
        sqlite3_reset(session->marker);
    } else {
        session->is_busy = true;
        session->operation = call->operation;
    }
    sqlite3_mutex_leave(session->mutex);
    return status;
}

static void end(DvSession *session) {
    sqlite3_mutex_enter(session->mutex);
    session->is_busy = false;
    sqlite3_reset(session->marker);
    sqlite3_mutex_leave(session->mutex);
}

/* Looks at the number first: a request that comes late must not hit the next operation. */
static void cancel(DvSession *session, uint64_t operation) {
    sqlite3_mutex_enter(session->mutex);
    if (session->is_busy && session->operation == operation) {
        sqlite3_interrupt(session->database);
    } else {
        session->has_request = true;
        session->requested = operation;
    }
    sqlite3_mutex_leave(session->mutex);
}

/* ---- Sessions ----------------------------------------------------------------------------- */

/* Opens a file that is there, for reading. NOMUTEX, as one thread at a time uses a session. */
static uint32_t open_database(DvSession *session, const char *path, DvError *error) {
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    /* By itself SQLite takes ":memory:" and "" for new databases and "file:" for a URI. */
    char *file = sqlite3_mprintf("%s%s", path[0] == '/' ? "" : "./", path);
    char *what = sqlite3_mprintf("opening '%s', which should be an SQLite database", path);
    sqlite3 *database = NULL;
    sqlite3_stmt *encoding = NULL;
    uint32_t status = DV_OK;
    session->mutex = sqlite3_mutex_alloc(SQLITE_MUTEX_FAST);
    if (file == NULL || what == NULL || session->mutex == NULL) {
        status = no_memory(error);
    } else if (sqlite3_open_v2(file, &database, flags, NULL) != SQLITE_OK ||
               /* "x" is a column, and never a text where there is no such column. */
               sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, NULL) != SQLITE_OK ||
               /* The file can be anybody's: what its views call has to be harmless. */
               sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK ||
               sqlite3_create_function(database, "data_validator_typed", 3,
                                       SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
                                       check_type, NULL, NULL) != SQLITE_OK ||
               sqlite3_prepare_v2(database, "SELECT 1", -1, &session->marker, NULL) != SQLITE_OK ||
               /* Only now SQLite looks into the file. */
               sqlite3_prepare_v2(database, "PRAGMA encoding", -1, &encoding, NULL) != SQLITE_OK ||
               sqlite3_step(encoding) != SQLITE_ROW) {
        status = sqlite_failure(error, database, OPENING, what);
    } else if (strcmp((const char *)sqlite3_column_text(encoding, 0), "UTF-8") != 0) {
        status = fail(error, DV_UNSUPPORTED,
                      "%s: it is in %s, which does not order texts by code point; copy it to UTF-8",
                      what, sqlite3_column_text(encoding, 0));
    }
    sqlite3_finalize(encoding);
    sqlite3_free(file);
    sqlite3_free(what);
    session->database = database;
    return status;
}

static void free_attached(Attached *attached) {
    if (attached != NULL) {
        sqlite3_free(attached->relation);
        sqlite3_free(attached->schema);
        free(attached);
    }
}

static void session_close(DvSession *session) {
    while (session->attached != NULL) {
        Attached *attached = session->attached;
        session->attached = attached->next;
        free_attached(attached);
    }
    sqlite3_finalize(session->marker);
    sqlite3_close(session->database);
    sqlite3_mutex_free(session->mutex);
    free(session);
}

/* Reads the configuration with the JSON functions of a database in memory. */
static uint32_t session_open(DvEngine *engine, const DvCall *call, DvString config,
                             DvSession **session, DvError *error) {
    static const char *const settings =
        "SELECT instr(?1, '\\u0000'), json_extract(?1, '$.connection.database'),"
        " (SELECT key FROM json_each(?1, '$.options') LIMIT 1)";
    DvSession *opened = calloc(1, sizeof *opened);
    sqlite3 *reader = NULL;
    sqlite3_stmt *row = NULL;
    uint32_t status;
    (void)engine, (void)call;
    if (opened == NULL || sqlite3_open(":memory:", &reader) != SQLITE_OK) {
        status = no_memory(error);
    } else {
        status = ask_json(reader, config, settings, &row, error);
    }
    if (status == DV_OK) {
        const char *path = (const char *)sqlite3_column_text(row, 1);
        const char *option = (const char *)sqlite3_column_text(row, 2);
        status = path == NULL ? fail(error, DV_CONFIG, "'database' is missing; give a path")
                 : option != NULL
                     ? fail(error, DV_CONFIG, "there is no option '%s'; remove it", option)
                     : open_database(opened, path, error);
    }
    sqlite3_finalize(row);
    sqlite3_close(reader);
    if (status == DV_OK) {
        *session = opened;
    } else if (opened != NULL) {
        session_close(opened);
    }
    return status;
}

/* ---- Sources ------------------------------------------------------------------------------ */

/* Without this function the host would write the relation, and not know what SQLite's columns need.
 * Files are refused, as they would be without it. */
static uint32_t attach(DvSession *session, const DvCall *call, DvString name, DvString source,
                       DvText *relation, DvError *error) {
    static const char *const parts =
        "WITH written AS (SELECT json_extract(?1, '$.query') AS query,"
        " coalesce(json_extract(?1, '$.table.catalog') || '.', '')"
        " || json_extract(?1, '$.table.schema') AS schema,"
        " json_extract(?1, '$.table.table') AS name) "
        "SELECT instr(?1, '\\u0000'), coalesce('(' || query || char(10) || ')',"
        " coalesce('\"' || replace(schema, '\"', '\"\"') || '\".', '')"
        " || '\"' || replace(name, '\"', '\"\"') || '\"') FROM written";
    Attached *attached;
    sqlite3_stmt *row = NULL, *columns = NULL;
    char *sql = NULL;
    uint32_t status = begin(session, call, error);
    if (status != DV_OK) {
        return status;
    }
    attached = calloc(1, sizeof *attached);
    status = attached == NULL ? no_memory(error)
                              : ask_json(session->database, source, parts, &row, error);
    if (status == DV_OK && sqlite3_column_type(row, 1) == SQLITE_NULL) {
        status = fail(error, DV_UNSUPPORTED, "the engine 'sqlite' reads no files; give a table");
    }
    if (status == DV_OK) {
        const char *from = (const char *)sqlite3_column_text(row, 1);
        sql = sqlite3_mprintf("SELECT * FROM %s LIMIT 0", from);
        status = sql == NULL ? no_memory(error)
                             : prepare(session->database, dv_string(sql), &columns, error);
        /* Without a step it could be the columns that the table had before. */
        if (status == DV_OK && sqlite3_step(columns) != SQLITE_DONE) {
            status = sqlite_failure(error, session->database, RUNNING, "looking at the columns");
        } else if (status == DV_OK) {
            attached->relation = relation_of(columns, from, name);
            attached->schema = schema_of(columns);
            status = write_text(relation, attached->relation, error);
        } else if (error != NULL) {
            error->sql_offset = 0; /* It would count in a statement that nobody else has seen. */
        }
    }
    if (status == DV_OK) {
        attached->next = session->attached;
        session->attached = attached;
    } else {
        free_attached(attached);
    }
    sqlite3_finalize(row);
    sqlite3_finalize(columns);
    sqlite3_free(sql);
    end(session);
    return status;
}

static uint32_t table_schema(DvSession *session, const DvCall *call, DvString relation,
                             DvText *schema, DvError *error) {
    const Attached *attached = session->attached;
    uint32_t status = begin(session, call, error);
    if (status != DV_OK) {
        return status;
    }
    end(session);
    while (attached != NULL && (strlen(attached->relation) != relation.len ||
                                memcmp(attached->relation, relation.ptr, relation.len) != 0)) {
        attached = attached->next;
    }
    if (attached == NULL) {
        return fail(error, DV_NOT_FOUND, "the relation is none that was attached in this session");
    }
    return write_text(schema, attached->schema, error);
}

/* ---- Queries ------------------------------------------------------------------------------ */

/* A batch ends when it has so many bytes of text, however few its rows are. */
enum { BATCH_BYTES = 1 << 20 };

/* The rows of a statement on their way. */
typedef struct Stream {
    DvSession *session;
    sqlite3_stmt *statement;
    /* What the newest step gave: SQLITE_ROW, SQLITE_DONE, or a failure. */
    int step;
    int64_t rows_before;
    /* The first batch, which was read to learn the types. */
    struct ArrowArray first;
    /* Of the callback that failed. */
    DvError error;
    int columns;
    RowsKind kinds[];
} Stream;

/* Reads the next rows; at the end it leaves the batch without a release. */
static uint32_t read_batch(Stream *stream, struct ArrowArray *batch, DvError *error) {
    size_t text_bytes = 0;
    int64_t rows = 0;
    uint32_t status = DV_OK;
    int i;
    memset(batch, 0, sizeof *batch);
    if (stream->step == SQLITE_ROW && !rows_begin(batch, stream->columns)) {
        return no_memory(error);
    }
    while (status == DV_OK && stream->step == SQLITE_ROW && rows < ROWS_MOST &&
           text_bytes < BATCH_BYTES) {
        for (i = 0; status == DV_OK && i < stream->columns; i++) {
            status = put_value(stream->statement, i, &stream->kinds[i], stream->rows_before, batch,
                               rows, &text_bytes, error);
        }
        if (status == DV_OK) {
            rows++;
            stream->step = sqlite3_step(stream->statement);
        }
    }
    if (status == DV_OK && stream->step != SQLITE_ROW && stream->step != SQLITE_DONE) {
        status = sqlite_failure(error, stream->session->database, RUNNING, "reading rows");
    }
    if (status == DV_OK && rows > 0) {
        rows_end(batch, rows, stream->kinds);
        stream->rows_before += rows;
    } else if (batch->release != NULL) {
        batch->release(batch);
    }
    return status;
}

static int get_next(struct ArrowArrayStream *arrow, struct ArrowArray *batch) {
    Stream *stream = arrow->private_data;
    struct ArrowArray next = stream->first;
    if (next.release != NULL) {
        stream->first.release = NULL;
    } else if (read_batch(stream, &next, &stream->error) != DV_OK) {
        return EIO;
    }
    *batch = next;
    return 0;
}

static int get_schema(struct ArrowArrayStream *arrow, struct ArrowSchema *schema) {
    Stream *stream = arrow->private_data;
    const char **names = calloc((size_t)stream->columns, sizeof *names);
    bool is_written;
    int i;
    for (i = 0; names != NULL && i < stream->columns; i++) {
        names[i] = sqlite3_column_name(stream->statement, i);
    }
    is_written = names != NULL && rows_schema(schema, stream->columns, stream->kinds, names);
    free(names);
    return is_written ? 0 : (no_memory(&stream->error), ENOMEM);
}

static const char *get_last_error(struct ArrowArrayStream *arrow) {
    /* dv_error_write ends a message with a NUL. */
    return ((Stream *)arrow->private_data)->error.message.ptr;
}

/* The class of what failed behind `query`. */
static uint32_t stream_error(struct ArrowArrayStream *arrow, DvError *error) {
    const DvError *failed = &((Stream *)arrow->private_data)->error;
    if (failed->error_class != DV_OK) {
        fail(error, failed->error_class, "%s", failed->message.ptr);
        if (error != NULL) {
            error->vendor_code = failed->vendor_code;
        }
    }
    return failed->error_class;
}

static void release_stream(struct ArrowArrayStream *arrow) {
    Stream *stream = arrow->private_data;
    if (stream->first.release != NULL) {
        stream->first.release(&stream->first);
    }
    if (stream->error.release != NULL) {
        stream->error.release(&stream->error);
    }
    sqlite3_finalize(stream->statement);
    end(stream->session);
    free(stream);
    arrow->release = NULL;
}

/* The stream has the session until it is released, so the operation lasts until then. */
static uint32_t query(DvSession *session, const DvCall *call, DvString sql,
                      struct ArrowArrayStream *arrow, DvError *error) {
    struct ArrowArrayStream begun = {get_schema, get_next, get_last_error, release_stream, NULL};
    sqlite3_stmt *statement = NULL;
    Stream *stream = NULL;
    int i, step = SQLITE_DONE, columns = 0;
    uint32_t status = begin(session, call, error);
    if (status != DV_OK) {
        return status;
    }
    status = prepare(session->database, sql, &statement, error);
    if (status == DV_OK) {
        /* The first step prepares anew if the schema has changed, and may find other columns. */
        step = sqlite3_step(statement);
        columns = sqlite3_column_count(statement);
        stream = calloc(1, sizeof *stream + (size_t)columns * sizeof *stream->kinds);
        status = stream == NULL ? no_memory(error) : DV_OK;
    }
    if (stream == NULL) {
        sqlite3_finalize(statement);
        end(session);
        return status;
    }
    stream->session = session;
    stream->statement = statement;
    stream->step = step;
    stream->error.struct_size = sizeof stream->error;
    stream->columns = columns;
    begun.private_data = stream;
    for (i = 0; status == DV_OK && i < columns; i++) {
        const char *name = sqlite3_column_name(statement, i);
        stream->kinds[i] = kind_of_declared(sqlite3_column_decltype(statement, i));
        if (name == NULL || !rows_is_utf8(name, strlen(name))) {
            status = fail(error, DV_DATA, "column %d has a name that is not UTF-8; rename it", i + 1);
        }
    }
    if (status == DV_OK) {
        status = read_batch(stream, &stream->first, error);
    }
    if (status == DV_OK) {
        *arrow = begun;
    } else {
        release_stream(&begun);
    }
    return status;
}

/* ---- The plugin --------------------------------------------------------------------------- */

/* All that the sessions share is the library itself, so there is no engine to keep. */
static uint32_t engine_open(void *context, DvEngine **engine, DvError *error) {
    (void)context, (void)engine, (void)error;
    return DV_OK;
}

static void engine_close(DvEngine *engine) { (void)engine; }

/* SQLite stores NaN as NULL, so nothing is NaN. Types that are not named here have no column: see
 * kind_of_declared. */
static uint32_t describe(DvEngine *engine, DvText *description, DvError *error) {
    char *json = sqlite3_mprintf(
        "{\"name\": \"sqlite\", \"version\": \"0.1.0\", \"engine_version\": \"%s\","
        " \"capabilities\": {\"embedded\": true, \"read_only_sessions\": true,"
        "                  \"streams\": true},"
        " \"connection\": [{\"name\": \"database\", \"kind\": \"path\", \"required\": true,"
        "                   \"help\": \"path of the file, which is only read\"}],"
        " \"dialect\": {\"parser\": \"sqlite\", \"regex_flavour\": \"none\", \"is_nan\": \"0\","
        "               \"text_by_code_point\": \"{value} COLLATE BINARY\","
        "               \"exact_sum\": \"CAST(sum({value}) AS TEXT)\","
        "               \"type_names\": {\"integer\": \"INTEGER\", \"float\": \"REAL\","
        "                                \"double\": \"REAL\", \"text\": \"TEXT\"}}}",
        sqlite3_libversion());
    uint32_t status = write_text(description, json, error);
    (void)engine;
    sqlite3_free(json);
    return status;
}

/*
 * The entry. What is not in the table is not there:
 *
 * data_version, as nothing proves cheaply that a file is unchanged. PRAGMA data_version counts for
 * one connection alone, the counter in the header stands still in WAL mode and goes back with a
 * backup, and size and time of a file can be equal for other content.
 * statistics, as SQLite's are estimates. shutdown, as others in the process may use the library.
 */
DV_EXPORT uint32_t dv_plugin_init_v1(const DvHost *host, DvPlugin *plugin, DvError *error) {
    const DvPlugin table = {
        .engine_open = engine_open,
        .engine_close = engine_close,
        .describe = describe,
        .session_open = session_open,
        .session_close = session_close,
        .query = query,
        .stream_error = stream_error,
        .cancel = cancel,
        .attach = attach,
        .table_schema = table_schema,
    };
    if (host->abi_major != DV_ABI_MAJOR) {
        return fail(error, DV_UNSUPPORTED,
                    "the host has version %u of the plugin interface, this plugin has version %u",
                    host->abi_major, DV_ABI_MAJOR);
    }
    if (sqlite3_threadsafe() == 0) {
        return fail(error, DV_UNSUPPORTED, "this SQLite was built for programs with one thread");
    }
    dv_plugin_write(plugin, &table);
    return DV_OK;
}
