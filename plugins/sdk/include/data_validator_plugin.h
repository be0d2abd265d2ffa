/*
 * The C interface between Data Validator and a plugin, which is an engine in a shared library.
 *
 * This file is all that a plugin needs; it has no library to link with. It is C11 and C++17.
 * Of the host (the program that loads plugins) a plugin sees no more than what is passed to it here.
 *
 *
 * FROM NOTHING TO A PLUGIN
 *
 *   1. Write a function dv_plugin_init_v1. It fills in a table with at least six functions:
 *      engine_open, engine_close, describe, session_open, session_close, query.
 *   2. Build a shared library that exports that one symbol.
 *   3. The host calls: dv_plugin_init_v1, engine_open, describe, session_open, query (often),
 *      session_close, engine_close, shutdown.
 *
 * That already runs rules on tables and queries. Each further function adds something:
 *
 *   function         what it adds                        without it the host
 *   stream_error     errors of a stream with a class     uses errno and the text of get_last_error
 *   cancel           a query can be stopped              waits for the end of the query
 *   attach           files as sources                    quotes a table's name, puts a query in
 *                                                        parentheses, refuses files
 *   table_schema     types as the engine names them      asks SELECT * FROM relation LIMIT 0 and
 *                                                        looks at the Arrow schema
 *   data_version     results are reused while the        runs the rules again
 *                    data is unchanged
 *   statistics       rules answered without a scan       scans
 *   materialise      many scans of a file read it once   lets each scan read it
 *   ingest           files that another engine reads     refuses files
 *   detach           sources are forgotten early         leaves them to the end of the session
 *   publish and      state and results in the engine     keeps them in a file
 *   outcome
 *   execute, begin,  a program's own transactions        refuses them; it needs none itself
 *   commit, rollback
 *   shutdown         a last call                         makes none
 *
 *
 * THE RULES
 *
 * Versions. The major version is in the name of the entry symbol and in the table. Within a major
 * all structs but the strings start with struct_size and only grow, at their end. Whoever receives
 * such a struct uses a member only if it lies inside struct_size, and a function also only if it
 * is not NULL. DV_HAS says so. The members in this file up to "Version 1.0 ends here" are in every
 * struct of major 1, except those of DvPlugin, which may end anywhere behind `query`.
 *
 * Version 1.0 is frozen. A plugin that was built with this file, or with that of any other minor of
 * major 1, is loaded by every host of major 1, for good; neither has to be built again for the
 * other. What can still come, with a higher minor:
 *
 *   - members at the end of DvError, DvHost, DvCall and DvPlugin, where 0 or NULL means what was
 *     before them;
 *   - numbers at the end of a list of words; members of JSON texts that have a default;
 *   - macros and `static inline` functions, and clearer words.
 *
 * What never comes within major 1: another type, size or place of a member that there is, another
 * number for a word, another duty of a function, a function that a plugin must have. That would be
 * major 2, with an entry symbol of its own, beside which a plugin may export this one too.
 *
 * Who allocates frees. Each value that is handed over carries a `release` callback of the one who
 * made it. The receiver calls it once, with a pointer to the struct (which it may have moved in
 * memory); the callback sets `release` to NULL. A struct whose `release` is NULL needs none. The
 * callback finds what it frees by `private_data`, and looks at nothing behind the receiver's
 * struct_size. It may be called from any thread (that of a stream from the thread of the stream), but
 * not while the struct is used.
 *
 * Strings are a pointer and a length, in UTF-8, without a NUL at the end. Those that a function
 * takes are borrowed until it returns. A NULL pointer is "no text", whatever the length.
 *
 * Nothing unwinds across the border, in either direction: no C++ exception, no Rust panic, no
 * longjmp. One that did would end the process. Catch everything in each function and each callback
 * and return an error of class DV_INTERNAL. In C++, dv_guarded below does it.
 *
 * Failures. A function that can fail returns 0 on success, or else the number of the error's class,
 * and then describes it in the DvError that its caller made room for. On a failure nothing else is
 * written. Room that is given for a result is zeroed.
 *
 * Numbers that stand for words (classes, states, levels) are fixed-width integers. One that the
 * receiver does not know is accepted and treated as said at its list.
 *
 * Threads. Each function says from which threads it is called. "Any thread" is by several at a time.
 * "One at a time" is from any thread, but never while another call of the same session runs, be it
 * this function or another one, nor from several threads at once; what one call wrote, the next one
 * sees. A stream is read and released by the thread that began it. Calls block; a plugin that needs
 * threads has its own. Different sessions of one engine are used side by side.
 *
 * Life. The host closes all sessions of an engine before the engine, and releases all streams of a
 * session before the session. A library is never unloaded.
 *
 * Streams. A stream has its session from the return of `query` until its release. Any other call of
 * the session meanwhile, except `cancel`, is an error of class DV_INVALID_STATE.
 *
 * Trust. A plugin's code runs in the host's process and can do what the host can. Buffers of Arrow
 * arrays are taken as they are.
 *
 * JSON. Several texts are JSON objects. Members that are not known are ignored; each member that is
 * added later has a default. Those that a plugin gets are shown at the functions.
 */
#ifndef DATA_VALIDATOR_PLUGIN_H
#define DATA_VALIDATOR_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Another major is another interface; every minor of a major understands every other. */
#define DV_ABI_MAJOR 1u
#define DV_ABI_MINOR 0u

/* Put before dv_plugin_init_v1, so that the library exports it. */
#if defined(_WIN32)
#define DV_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define DV_EXPORT __attribute__((visibility("default")))
#else
#define DV_EXPORT
#endif

/* Whether `*pointer`, by its own struct_size, has the member. For a function that is not enough:
 * it must not be NULL either. */
#define DV_HAS(pointer, type, member) \
    ((pointer)->struct_size >= offsetof(type, member) + sizeof((pointer)->member))

/* --------------------------------------------------------------------------------------------
 * Arrow C data interface and C stream interface, word for word as in the standard:
 * https://arrow.apache.org/docs/format/CDataInterface.html
 * https://arrow.apache.org/docs/format/CStreamInterface.html
 * ------------------------------------------------------------------------------------------ */

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

/* The type of an array. */
struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

/* The values of an array. */
struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

/* Arrays of one type, one after another. */
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */

/* --------------------------------------------------------------------------------------------
 * Strings. These two structs never grow.
 * ------------------------------------------------------------------------------------------ */

/* Text that belongs to someone else, who keeps it at least until the call returns. */
typedef struct DvString {
    const char *ptr;
    size_t len;
} DvString;

/* Text that is handed over. ptr == NULL is "none", which is an answer of its own where a function
 * says so, and not the same as an empty text. */
typedef struct DvText {
    const char *ptr;
    size_t len;
    /* Frees the text, and sets itself to NULL. NULL for text that needs no freeing, such as a
     * literal. */
    void (*release)(struct DvText *);
    /* For whoever made the text. */
    void *private_data;
} DvText;

/* --------------------------------------------------------------------------------------------
 * Errors
 * ------------------------------------------------------------------------------------------ */

/* What kind of failure it was. The host retries, reports and exits by this alone, so choose with
 * care. A number that the host does not know counts as DV_INTERNAL. */
enum {
    DV_OK = 0,
    /* A passing fault: the same statement may succeed if repeated. */
    DV_TRANSIENT = 1,
    /* Another transaction got in the way: repeat the whole transaction. */
    DV_CONFLICT = 2,
    /* The connection or the server is gone: reconnect and repeat. */
    DV_UNAVAILABLE = 3,
    /* Memory, disk or another limit is exhausted. */
    DV_RESOURCE = 4,
    /* The host asked for the call to stop. */
    DV_CANCELLED = 5,
    /* A time limit of the engine was reached. */
    DV_TIMEOUT = 6,
    /* A constraint of the data store was violated. */
    DV_INTEGRITY = 7,
    /* A file, relation or column does not exist. */
    DV_NOT_FOUND = 8,
    /* What should be made exists already. */
    DV_ALREADY_EXISTS = 9,
    /* The statement is not valid for this engine. */
    DV_INVALID_SQL = 10,
    /* A value in the data cannot be processed: a failed cast, overflow, malformed file. */
    DV_DATA = 11,
    /* Credentials or permissions are missing or wrong. */
    DV_AUTH = 12,
    /* The engine cannot do what was asked. */
    DV_UNSUPPORTED = 13,
    /* The engine's configuration is wrong. */
    DV_CONFIG = 14,
    /* The call does not fit the session's state. */
    DV_INVALID_STATE = 15,
    /* A defect in the engine itself. */
    DV_INTERNAL = 16
};

/* What became of what the failed call should have changed. Unknown numbers: DV_EFFECT_UNKNOWN. */
enum {
    DV_EFFECT_UNKNOWN = 0,
    /* Nothing changed. */
    DV_EFFECT_NONE = 1,
    /* Everything changed, although the call failed. */
    DV_EFFECT_APPLIED = 2,
    /* Some of it changed. */
    DV_EFFECT_PARTIAL = 3
};

/* Where the session's transaction stands. Unknown numbers: DV_TRANSACTION_UNKNOWN. */
enum {
    DV_TRANSACTION_UNKNOWN = 0,
    /* There is none. */
    DV_TRANSACTION_NONE = 1,
    /* It goes on. */
    DV_TRANSACTION_OPEN = 2,
    /* It can only be rolled back. */
    DV_TRANSACTION_ABORTED = 3
};

/* Whether the session can be used for the next call. Unknown numbers: DV_SESSION_UNKNOWN. */
enum {
    DV_SESSION_UNKNOWN = 0,
    DV_SESSION_USABLE = 1,
    /* It is to be closed; a new one may work. */
    DV_SESSION_BROKEN = 2
};

/*
 * A failed call. The caller makes room, all zero except struct_size; the callee fills in what it
 * knows, as far as struct_size reaches, and leaves struct_size as it is. The pointer may be NULL:
 * then there is only the returned number. dv_error_write does all that.
 */
typedef struct DvError {
    /* The room, in bytes. Set by the caller. */
    size_t struct_size;
    /* DV_TRANSIENT ... DV_INTERNAL; the same number as is returned. */
    uint32_t error_class;
    /* DV_EFFECT_... */
    uint32_t effect;
    /* DV_TRANSACTION_... */
    uint32_t transaction;
    /* DV_SESSION_... */
    uint32_t session;
    /* How long the server asks to be left alone before the next attempt; 0 where it does not. */
    uint64_t retry_after_ms;
    /* The engine's own number for the error; 0 where it has none. */
    int64_t vendor_code;
    /* Where in the statement, in bytes counted from 1; 0 where that is not known. */
    uint64_t sql_offset;
    /* The five characters of the SQLSTATE and a NUL, or all zero. */
    char sqlstate[8];
    /* What was attempted, on what, and why it failed; for a user, without secrets. In lower case,
     * without a full stop. Lives until the release. What is not UTF-8 is replaced. */
    DvString message;
    /* More, as JSON, or no text. Lives until the release. */
    DvString details;
    /* Frees what the texts point to, and sets itself to NULL. NULL when they are literals. */
    void (*release)(struct DvError *);
    /* For whoever wrote the error. */
    void *private_data;
    /* Version 1.0 ends here. */
} DvError;

/* --------------------------------------------------------------------------------------------
 * The host
 * ------------------------------------------------------------------------------------------ */

/* How important a log line is. A number beyond these is more detailed than DV_LOG_TRACE. */
enum {
    DV_LOG_OFF = 0,
    DV_LOG_ERROR = 1,
    DV_LOG_WARN = 2,
    DV_LOG_INFO = 3,
    DV_LOG_DEBUG = 4,
    DV_LOG_TRACE = 5
};

/* The program that loads plugins. Lives as long as the process, so a plugin may keep the pointer. */
typedef struct DvHost {
    size_t struct_size;
    /* The version that the host was built with. A plugin refuses another major with
     * DV_UNSUPPORTED and names both; it needs no look at the minor. */
    uint32_t abi_major;
    uint32_t abi_minor;
    /* To be handed back with each call of `log`. */
    void *context;
    /*
     * Takes a log line: what it is about (`target`, such as "myengine::query") and its text. From
     * any thread, at any time after dv_plugin_init_v1 was called. Both texts are borrowed for the
     * call. Never fails. May be NULL. A plugin writes nothing to standard output or error; this is
     * where it goes.
     */
    void (*log)(void *context, uint32_t level, DvString target, DvString message);
    /* The most detailed level that the host wants; lines beyond it may be left unformatted. Does
     * not change. */
    uint32_t log_level;
    /* 0, and not to be looked at: without it the next member would lie in a gap of this one. */
    uint32_t reserved;
    /* Version 1.0 ends here. */
} DvHost;

/* --------------------------------------------------------------------------------------------
 * The plugin
 * ------------------------------------------------------------------------------------------ */

/* An engine and a session; what is in them only the plugin knows. Define these structs as you
 * like, or cast. NULL is a value like any other: the host hands back what it was given. */
typedef struct DvEngine DvEngine;
typedef struct DvSession DvSession;

/* What every call carries. Never NULL; lives as long as the call. */
typedef struct DvCall {
    size_t struct_size;
    /* The number of the operation, unique in the process: `cancel` and log lines name it. */
    uint64_t operation;
    /* Version 1.0 ends here. */
} DvCall;

/*
 * The functions of a plugin.
 *
 * The host makes room, all zero except struct_size, which says how much. The plugin writes no more
 * than fits, and sets struct_size to the size of the table as *it* knows it, which may be less or
 * more. dv_plugin_write does both.
 */
typedef struct DvPlugin {
    size_t struct_size;
    /* DV_ABI_MAJOR and DV_ABI_MINOR, as the plugin was built. */
    uint32_t abi_major;
    uint32_t abi_minor;
    /* For the plugin: handed back to engine_open and shutdown. */
    void *context;

    /* ---- what every plugin has ---- */

    /*
     * Begins an engine: what all sessions share. Opens no connection and takes no time.
     * Writes to *engine, which stays the plugin's until engine_close.
     * Any thread.
     */
    uint32_t (*engine_open)(void *context, DvEngine **engine, DvError *error);

    /* Ends an engine; its sessions are closed already. Once for each engine, from any thread, while no
     * other call of the engine runs. */
    void (*engine_close)(DvEngine *engine);

    /*
     * What the engine is, speaks and can do: a JSON object whose form is in
     * description.schema.json beside this crate. Needs no connection and gives the same each time.
     * The shortest is {"name": "mine", "version": "1.0"}: an engine that speaks standard SQL.
     * Writes to *description, whose text the host releases. Any thread.
     */
    uint32_t (*describe)(DvEngine *engine, DvText *description, DvError *error);

    /*
     * Opens a session, once; the host repeats a call that failed if its class allows. `config` is
     *
     *   {"connection": {"database": "x.db"}, "options": {"threads": 4}}
     *
     * The keys of "connection" are those in the description, checked for kind and presence;
     * "options" is what a user wrote, to be checked by the engine. Values may be secrets.
     * Creates no data store that is missing: that is DV_NOT_FOUND. Anything wrong in the settings
     * is DV_CONFIG. Writes to *session, which stays the plugin's until session_close; after a failure
     * there is none to close. `config` is borrowed: what is needed later is copied. Any thread.
     */
    uint32_t (*session_open)(DvEngine *engine, const DvCall *call, DvString config,
                             DvSession **session, DvError *error);

    /* Ends a session; its streams are released already. What was not committed is rolled back. Once for
     * each session, from any thread, after the last `cancel` of it has returned. */
    void (*session_close)(DvSession *session);

    /*
     * Runs exactly one statement that gives rows; more than one is DV_INVALID_SQL, and none runs.
     * Writes to *stream, with all callbacks and `release` set. get_schema gives a struct type
     * (format "+s") with a child for each column, get_next struct arrays of it without NULLs at the
     * top, and at the end an array whose release is NULL.
     *
     * A callback that fails returns an errno value, and get_last_error its message; stream_error
     * gives class and all. After that the stream is only asked for its error, and released.
     * The stream is the host's from here on; batches that it gave live on after its release. `sql` is
     * borrowed until the function returns, not until the stream ends. One at a time; the stream's
     * callbacks come from the thread that called this function.
     */
    uint32_t (*query)(DvSession *session, const DvCall *call, DvString sql,
                      struct ArrowArrayStream *stream, DvError *error);

    /* ---- what may be NULL, or left out from the end of the table ---- */

    /*
     * The error of the callback of the stream that failed last, in the form and with the return
     * value that the failing function itself would have had; 0 if none failed. `stream` is one that
     * `query` gave and that is not released. Without it the class is by errno: ENOMEM and ENOSPC are
     * DV_RESOURCE, EINTR DV_CANCELLED, ETIMEDOUT DV_TIMEOUT, EINVAL DV_DATA, others DV_INTERNAL.
     * The struct may have been moved since; its private_data tells which stream it is. From the
     * thread of the stream.
     */
    uint32_t (*stream_error)(struct ArrowArrayStream *stream, DvError *error);

    /*
     * Asks the operation of that number to stop. Comes from another thread, at any time while the
     * session is open, and returns without waiting. The operation then ends as DV_CANCELLED, or as
     * if nothing had been asked when it was done before; one that gives rows can be cancelled
     * until its stream is released. An operation that has not begun yet is cancelled when it
     * begins. Never stops an operation of another number, and leaves the session usable.
     * Any thread, while any other call of the session runs, but not session_close.
     */
    void (*cancel)(DvSession *session, uint64_t operation);

    /*
     * Makes a source readable and gives the text that stands for it behind FROM. Reads metadata at
     * most. `name` is unique in the session; a second call with it replaces the first source. A
     * missing file or relation is DV_NOT_FOUND, a file of another format DV_DATA. `source` is one of
     *
     *   {"table": {"catalog": null, "schema": "main", "table": "t"}}
     *   {"query": "SELECT ..."}
     *   {"files": {"format": "parquet", "paths": ["/absolute/a.parquet"]}}
     *   {"files": {"format": "json", "paths": [...]}}
     *   {"files": {"format": "arrow", "paths": [...]}}
     *   {"files": {"format": {"csv": {"delimiter": ",", "quote": "\"",
     *                                 "schema": {"columns": [{"name": "a", "type": "integer"}]}}},
     *              "paths": [...]}}
     *
     * A query has been checked to be one statement that only reads. The types are those of
     * table_schema; a CSV file has a header line, an unquoted empty field is NULL, and the engine
     * infers nothing. A format is asked for only if the description names it in
     * {"capabilities": {"file_formats": ["parquet"]}}, so that later ones need no refusal.
     * Writes to *relation, whose text the host releases. One at a time.
     */
    uint32_t (*attach)(DvSession *session, const DvCall *call, DvString name, DvString source,
                       DvText *relation, DvError *error);

    /*
     * The columns of a relation, which is a text that `attach` gave. Reads no rows. Gives
     *
     *   {"columns": [{"name": "a", "type": "integer"}, {"name": "b", "type": {"other": "POINT"}}]}
     *
     * Types: "boolean", "integer" (whole numbers of any width), "float" (32 bits), "double",
     * "decimal(PRECISION,SCALE)", "text", "date", "timestamp", "timestamp with time zone", "time",
     * "binary", or {"other": NAME} for one that no rule judges by its values.
     * Writes to *schema, whose text the host releases. One at a time.
     */
    uint32_t (*table_schema)(DvSession *session, const DvCall *call, DvString relation,
                             DvText *schema, DvError *error);

    /*
     * A token of a relation's data: an equal one proves that the data is unchanged, an unequal one
     * proves nothing. No text where there is no such proof, as for a view whose tables are not
     * known; or an error of the class "unsupported" or "auth" whose message says why there is none.
     * Reads no rows. Writes to *version, whose text the host releases. One at a time.
     */
    uint32_t (*data_version)(DvSession *session, const DvCall *call, DvString relation,
                             DvText *version, DvError *error);

    /*
     * What is known of a relation without reading its rows; no text where nothing is. `columns` is
     * a JSON array of names: ["a", "b"]. Gives
     *
     *   {"parts": [{"rows": 10, "columns": {"a": {"nulls": 0, "bounds": ["1", "42"]}}}]}
     *
     * The parts, such as the row groups of files, hold each row once. Only what is exact: null or
     * left out is "not known". Bounds, which no value exceeds, only of whole numbers and dates, as
     * text: "42", "2013-01-31". Writes to *exact, whose text the host releases. One at a time.
     */
    uint32_t (*statistics)(DvSession *session, const DvCall *call, DvString relation,
                           DvString columns, DvText *exact, DvError *error);

    /*
     * Copies the rows of an attached source, with these columns (a JSON array of names), to where the
     * session reads them faster, and gives the text that stands for the copy behind FROM; no text
     * where there is no such place. The copy has the same rows, values and types, and goes with the
     * session. Writes to *copy, whose text the host releases. One at a time.
     */
    uint32_t (*materialise)(DvSession *session, const DvCall *call, DvString name, DvString relation,
                            DvString columns, DvText *copy, DvError *error);

    /*
     * Copies rows that come from elsewhere to where the session reads them, and gives the text that
     * stands for them behind FROM. For engines whose description has {"capabilities": {"ingest":
     * true}}. `rows` is a live stream of the host's: the function may move it out of its place and
     * then releases it before it returns; what it leaves there the host releases. Reads the stream
     * batch by batch, so that memory holds few of them. A type that the engine lacks is
     * DV_UNSUPPORTED, with the column's name. When the stream fails there is no copy, and the host
     * knows the error better than the stream can tell. The copy goes with the session, or with
     * another one of that name. Writes to *relation, whose text the host releases. One at a time; reads
     * the stream in the thread that called.
     */
    uint32_t (*ingest)(DvSession *session, const DvCall *call, DvString name,
                       struct ArrowArrayStream *rows, DvText *relation, DvError *error);

    /* Forgets a source, and the copy of its rows. A name that is not attached is no error. One at a
     * time. */
    uint32_t (*detach)(DvSession *session, const DvCall *call, DvString name, DvError *error);

    /*
     * Makes rows visible: all of them together, once, or none. For engines whose description has
     * {"capabilities": {"publish": true}}. `publication` is
     *
     *   {"key": "5f3a", "fence": {"scope": "state-1", "holder": "run-7", "number": 3},
     *    "create": [{"table": {"catalog": null, "schema": null, "table": "results"},
     *                "schema": {"columns": [{"name": "rule", "type": "text"}]}}],
     *    "tables": [{"table": {"catalog": null, "schema": null, "table": "results"},
     *                "delete": {"columns": ["rule"], "rows": [["id_check"]]},
     *                "insert": {"columns": ["rule", "failed"], "rows": [["id_check", 0]]}}]}
     *
     * In one step: if the key was published before, nothing changes and the answer is "published".
     * If there is a fence (it may be null) and the noted one of its scope has a higher number, or
     * the same number and another holder, nothing changes and the answer is "fenced"; otherwise it
     * is noted. The tables of "create", of which there are often none, are made where they are
     * missing, with columns that may be null, of the types "boolean", "integer", "double", "text"
     * and "timestamp"; a publication with such tables also makes the place where keys and fences
     * are noted. Then of each table the rows go whose values in the columns of "delete" are those of
     * one of its rows (null is the same as null), and the rows of "insert" come. The key is noted.
     * Values are null, true, false, numbers or text, as the type of the column takes them; dates
     * and times are ISO 8601. Where keys and fences are noted is the engine's affair.
     *
     * An answer means that it is durable: {"status": "published"}, or {"status": "fenced", "by": F}
     * with the noted fence. After an error nothing of it is visible or all of it, and `effect` says
     * which, if that is known; `outcome` tells. A table that is missing and not made is
     * DV_NOT_FOUND. Another writer in the way is DV_CONFLICT. Writes to *outcome, whose text the host
     * releases. One at a time.
     */
    uint32_t (*publish)(DvSession *session, const DvCall *call, DvString publication,
                        DvText *outcome, DvError *error);

    /*
     * What became of a publication whose answer was lost, as `publish` gives it; no text when
     * nothing was published under the key. Waits for one that is still under way, in whatever
     * session, so that no text means that it will not become visible later. Writes to *outcome, whose
     * text the host releases. One at a time.
     */
    uint32_t (*outcome)(DvSession *session, const DvCall *call, DvString key, DvText *outcome,
                        DvError *error);

    /*
     * Runs exactly one statement to its end and writes to *changed how many rows it changed, -1 where
     * that is not known. More than one is DV_INVALID_SQL, and none runs. This and the next three are
     * for engines whose description has {"capabilities": {"transactions": "dml"}}, or "ddl" where
     * changes of tables can be taken back too. Outside a transaction the statement is one of its own.
     * One at a time.
     */
    uint32_t (*execute)(DvSession *session, const DvCall *call, DvString sql, int64_t *changed,
                        DvError *error);

    /* Begins a transaction; where there is one already, that is DV_INVALID_STATE. One at a time. */
    uint32_t (*begin)(DvSession *session, const DvCall *call, DvError *error);

    /*
     * Makes what the transaction did visible to all; DV_OK means that it is durable. Of a transaction
     * that the engine gave up, because a statement in it failed, it is an error, and nothing is
     * visible. Outside a transaction it is DV_INVALID_STATE. One at a time.
     */
    uint32_t (*commit)(DvSession *session, const DvCall *call, DvError *error);

    /* Ends the transaction as if it had never been, and so does session_close. Outside a transaction
     * it is DV_INVALID_STATE. One at a time. */
    uint32_t (*rollback)(DvSession *session, const DvCall *call, DvError *error);

    /*
     * The last call to this table, once all engines are closed. dv_plugin_init_v1 may be called
     * again afterwards and fills in a new table. From one thread, while no other call of the table
     * runs.
     */
    void (*shutdown)(void *context);
    /* Version 1.0 ends here. */
} DvPlugin;

/*
 * The entry, which the plugin exports.
 *
 * `host` lives as long as the process. `plugin` is room for the table, and stays the host's. May be
 * called more than once, from any thread, and fills in a table each time. Opens nothing.
 */
DV_EXPORT uint32_t dv_plugin_init_v1(const DvHost *host, DvPlugin *plugin, DvError *error);

/* --------------------------------------------------------------------------------------------
 * Conveniences. They are compiled into the plugin and no part of the interface.
 * ------------------------------------------------------------------------------------------ */

/* A C string as borrowed text. */
static inline DvString dv_string(const char *text) {
    DvString string;
    string.ptr = text;
    string.len = text == NULL ? 0 : strlen(text);
    return string;
}

/* For dv_text_write. */
static inline void dv_text_free(DvText *text) {
    free(text->private_data);
    text->ptr = NULL;
    text->len = 0;
    text->release = NULL;
    text->private_data = NULL;
}

/* Hands a copy of `len` bytes over. Returns DV_OK, or DV_RESOURCE when there is no memory. */
static inline uint32_t dv_text_write(DvText *text, const char *bytes, size_t len) {
    char *copy = (char *)malloc(len + 1);
    if (copy == NULL) {
        return DV_RESOURCE;
    }
    if (len > 0) {
        memcpy(copy, bytes, len);
    }
    copy[len] = '\0';
    text->ptr = copy;
    text->len = len;
    text->release = dv_text_free;
    text->private_data = copy;
    return DV_OK;
}

/* For dv_error_write. */
static inline void dv_error_free(DvError *error) {
    free(error->private_data);
    error->message = dv_string(NULL);
    error->release = NULL;
    error->private_data = NULL;
}

/*
 * Describes a failure with a copy of `message`, and returns its class, so that a function can end
 * with `return dv_error_write(error, DV_DATA, "...")`. Other members may be set before or after it
 * if `error` is not NULL. Without memory for the copy only the class is told.
 */
static inline uint32_t dv_error_write(DvError *error, uint32_t error_class, const char *message) {
    size_t len = message == NULL ? 0 : strlen(message);
    char *copy;
    if (error == NULL || !DV_HAS(error, DvError, private_data)) {
        return error_class;
    }
    error->error_class = error_class;
    copy = (char *)malloc(len + 1);
    if (copy == NULL) {
        return error_class;
    }
    if (len > 0) {
        memcpy(copy, message, len);
    }
    copy[len] = '\0';
    error->message.ptr = copy;
    error->message.len = len;
    error->release = dv_error_free;
    error->private_data = copy;
    return error_class;
}

/* Writes the plugin's table to where the host made room: as much as fits, and how long it is in
 * full. The versions and the size are set here. */
static inline void dv_plugin_write(DvPlugin *room, const DvPlugin *table) {
    DvPlugin full = *table;
    size_t bytes = room->struct_size < sizeof full ? room->struct_size : sizeof full;
    full.struct_size = sizeof full;
    full.abi_major = DV_ABI_MAJOR;
    full.abi_minor = DV_ABI_MINOR;
    memcpy(room, &full, bytes);
}

#ifdef __cplusplus
} /* extern "C" */

#include <exception>

/* Runs the body of a function of the table, which returns its status; an exception becomes an error
 * of class DV_INTERNAL:
 *
 *   uint32_t query(DvSession *session, ..., DvError *error) {
 *       return dv_guarded(error, [&]() -> uint32_t { ...; return DV_OK; });
 *   }
 */
template <typename Body>
uint32_t dv_guarded(DvError *error, Body body) noexcept {
    try {
        return body();
    } catch (const std::exception &exception) {
        return dv_error_write(error, DV_INTERNAL, exception.what());
    } catch (...) {
        return dv_error_write(error, DV_INTERNAL, "an exception without a message");
    }
}
#endif

#endif /* DATA_VALIDATOR_PLUGIN_H */
