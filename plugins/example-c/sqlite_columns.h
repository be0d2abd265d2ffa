/*
 * Columns that keep their type. SQLite lets any column hold anything, whatever it is declared for;
 * rules need types, and a wrong count is worse than an error. Other engines need nothing of this.
 */
#ifndef SQLITE_COLUMNS_H
#define SQLITE_COLUMNS_H

#include "arrow_rows.h"
#include "sqlite_errors.h"

#include <sqlite3.h>

/* The kinds of values that SQLite stores have the numbers of Arrow's. */
_Static_assert((int)ROWS_INTEGERS == SQLITE_INTEGER && (int)ROWS_DOUBLES == SQLITE_FLOAT &&
                   (int)ROWS_TEXTS == SQLITE_TEXT && (int)ROWS_BLOBS == SQLITE_BLOB,
               "kinds differ");
/* As typeof() and CAST call them, and as the interface does. */
static const char *const storage_types[] = {"null", "integer", "real", "text", "blob"};
static const char *const logical_types[] = {"", "integer", "double", "text", "binary"};

static RowsKind kind_of(int stored_as) {
    return stored_as == SQLITE_NULL ? ROWS_NULLS : (RowsKind)stored_as;
}

/* What a column is declared to hold, as in https://www.sqlite.org/datatype3.html section 3.1.
 * ROWS_NULLS where that promises nothing: a DATE holds texts or numbers, a DECIMAL rounds. */
static RowsKind kind_of_declared(const char *type) {
    static const struct { const char *part; RowsKind kind; } parts[] = {
        {"%INT%", ROWS_INTEGERS}, {"%CHAR%", ROWS_TEXTS}, {"%CLOB%", ROWS_TEXTS},
        {"%TEXT%", ROWS_TEXTS}, {"%BLOB%", ROWS_BLOBS}, {"%REAL%", ROWS_DOUBLES},
        {"%FLOA%", ROWS_DOUBLES}, {"%DOUB%", ROWS_DOUBLES}};
    size_t i;
    for (i = 0; type != NULL && i < sizeof parts / sizeof *parts; i++) {
        if (sqlite3_strlike(parts[i].part, type, 0) == 0) {
            return parts[i].kind;
        }
    }
    return ROWS_NULLS;
}

/*
 * The SQL function data_validator_typed(value, kind, column): the value, or an error.
 *
 * An INTEGER column can hold the text 'n/a', which is greater than every number: a rule with a
 * minimum would let it pass. A rule that reads such a value ends as an error instead.
 */
static void check_type(sqlite3_context *context, int count, sqlite3_value **arguments) {
    RowsKind found = kind_of(sqlite3_value_type(arguments[0]));
    RowsKind declared = (RowsKind)sqlite3_value_int(arguments[1]);
    (void)count;
    if (found == ROWS_NULLS || found == declared) {
        sqlite3_result_value(context, arguments[0]);
    } else {
        const unsigned char *column = sqlite3_value_text(arguments[2]);
        char *message = sqlite3_mprintf(
            "column '%s' should hold %s, but a row holds %s; find it with typeof(\"%w\") = '%s'",
            column, storage_types[declared], storage_types[found], column, storage_types[found]);
        sqlite3_result_error(context, message != NULL ? message : "out of memory", -1);
        sqlite3_result_error_code(context, SQLITE_MISMATCH);
        sqlite3_free(message);
    }
}

/* Appends a text as JSON. */
static void append_json(sqlite3_str *out, const char *text) {
    sqlite3_str_appendchar(out, 1, '"');
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == '"' || *text == '\\') {
            sqlite3_str_appendf(out, "\\u%04x", *text);
        } else {
            sqlite3_str_append(out, text, 1);
        }
    }
    sqlite3_str_appendchar(out, 1, '"');
}

/* What stands behind FROM, so that each value has the type of its column. COLLATE, as keys and texts
 * are compared by code point, whatever collation a column has. To be freed; NULL without memory. */
static char *relation_of(sqlite3_stmt *source, const char *from, DvString name) {
    char *alias = sqlite3_mprintf("%.*s", (int)name.len, name.ptr);
    sqlite3_str *sql = sqlite3_str_new(NULL);
    int i;
    for (i = 0; i < sqlite3_column_count(source); i++) {
        const char *column = sqlite3_column_name(source, i);
        RowsKind kind = kind_of_declared(sqlite3_column_decltype(source, i));
        sqlite3_str_appendall(sql, i == 0 ? "(SELECT " : ", ");
        if (kind == ROWS_NULLS) {
            sqlite3_str_appendf(sql, "\"%w\" COLLATE BINARY AS \"%w\"", column, column);
        } else {
            sqlite3_str_appendf(sql, "CAST(data_validator_typed(\"%w\", %d, %Q) AS %s) AS \"%w\"",
                                column, (int)kind, column, storage_types[kind], column);
        }
    }
    sqlite3_str_appendf(sql, " FROM %s) AS \"%w\"", from, alias);
    sqlite3_free(alias);
    return sqlite3_str_finish(sql);
}

/* The columns as table_schema gives them. To be freed; NULL without memory. */
static char *schema_of(sqlite3_stmt *source) {
    sqlite3_str *json = sqlite3_str_new(NULL);
    int i;
    for (i = 0; i < sqlite3_column_count(source); i++) {
        const char *name = sqlite3_column_name(source, i);
        const char *declared = sqlite3_column_decltype(source, i);
        RowsKind kind = kind_of_declared(declared);
        sqlite3_str_appendall(json, i == 0 ? "{\"columns\": [{\"name\": " : ", {\"name\": ");
        append_json(json, name != NULL ? name : "");
        if (kind != ROWS_NULLS) {
            sqlite3_str_appendf(json, ", \"type\": \"%s\"}", logical_types[kind]);
        } else {
            sqlite3_str_appendall(json, ", \"type\": {\"other\": ");
            append_json(json, declared != NULL ? declared : "no declared type");
            sqlite3_str_appendall(json, "}}");
        }
    }
    sqlite3_str_appendall(json, "]}");
    return sqlite3_str_finish(json);
}

/*
 * Writes a column of the row at which a statement stands to a row of a batch; `rows_before` is how
 * many rows the batches before it have.
 *
 * The kind of a result column is the declared one, or else that of its first value in the first
 * batch. A value of another kind is an error: nothing is converted without being asked for.
 */
static uint32_t put_value(sqlite3_stmt *statement, int column, RowsKind *expected,
                          int64_t rows_before, struct ArrowArray *batch, int64_t row,
                          size_t *text_bytes, DvError *error) {
    RowsKind kind = kind_of(sqlite3_column_type(statement, column));
    const char *name = sqlite3_column_name(statement, column);
    long long number = rows_before + row + 1;
    const void *value = NULL;
    sqlite3_int64 integer;
    double real;
    size_t len = 0;
    if (*expected == ROWS_NULLS && rows_before == 0) {
        *expected = kind;
    }
    if (kind != ROWS_NULLS && kind != *expected) {
        return fail(error, DV_DATA,
                    "row %lld of the result has %s in column '%s', where %s is expected; cast it",
                    number, storage_types[kind], name, storage_types[*expected]);
    }
    if (kind == ROWS_INTEGERS) {
        integer = sqlite3_column_int64(statement, column);
        value = &integer;
    } else if (kind == ROWS_DOUBLES) {
        real = sqlite3_column_double(statement, column);
        value = &real;
    } else if (kind != ROWS_NULLS) {
        value = kind == ROWS_TEXTS ? (const void *)sqlite3_column_text(statement, column)
                                   : sqlite3_column_blob(statement, column);
        len = (size_t)sqlite3_column_bytes(statement, column);
        if (value == NULL && len == 0) {
            value = ""; /* An empty blob has no address. */
        }
        if (value == NULL) {
            return no_memory(error);
        }
        if (kind == ROWS_TEXTS && !rows_is_utf8(value, len)) {
            return fail(error, DV_DATA,
                        "row %lld of the result has a text in column '%s' that is not UTF-8; "
                        "correct it, or cast it to BLOB", number, name);
        }
    }
    *text_bytes += len;
    return rows_put(batch, column, row, *expected, value, len) ? DV_OK : no_memory(error);
}

#endif /* SQLITE_COLUMNS_H */
