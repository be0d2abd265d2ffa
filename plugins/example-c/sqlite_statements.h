/*
 * Statements before they run: exactly one, that reads and gives rows.
 */
#ifndef SQLITE_STATEMENTS_H
#define SQLITE_STATEMENTS_H

#include "sqlite_errors.h"

#include <limits.h>

/* The bytes of a text. NULL is no text, whatever the length. */
static const char *text_of(DvString *text) {
    if (text->ptr == NULL) {
        *text = dv_string("");
    }
    return text->ptr;
}

/* Prepares exactly one statement that reads and gives rows. */
static uint32_t prepare(sqlite3 *database, DvString sql, sqlite3_stmt **statement, DvError *error) {
    const char *text = text_of(&sql), *tail = NULL;
    sqlite3_stmt *second = NULL;
    int code;
    if (sql.len > INT_MAX) {
        return fail(error, DV_RESOURCE, "a statement of %lld bytes is too long", (long long)sql.len);
    }
    if (memchr(text, '\0', sql.len) != NULL) {
        return fail(error, DV_INVALID_SQL, "the statement has a NUL in it");
    }
    if (sqlite3_prepare_v2(database, text, (int)sql.len, statement, &tail) != SQLITE_OK) {
        return sqlite_failure(error, database, PREPARING, "preparing the statement");
    }
    if (*statement == NULL) {
        return fail(error, DV_INVALID_SQL, "the statement is empty");
    }
    /* White space and comments behind it give no statement and no error. */
    code = sqlite3_prepare_v2(database, tail, (int)(text + sql.len - tail), &second, NULL);
    sqlite3_finalize(second);
    if (code == SQLITE_ERROR || second != NULL) {
        return fail(error, DV_INVALID_SQL, "there is more than one statement; none of them ran");
    }
    if (code != SQLITE_OK) {
        return sqlite_failure(error, database, RUNNING, "preparing the statement");
    }
    if (sqlite3_column_count(*statement) == 0 || !sqlite3_stmt_readonly(*statement)) {
        return fail(error, DV_INVALID_SQL, "the statement is not one that reads and gives rows");
    }
    /* SQLite takes NULL for each, and a comparison with NULL fails no row. */
    if (sqlite3_bind_parameter_count(*statement) > 0) {
        return fail(error, DV_INVALID_SQL, "the statement has parameters; write the values");
    }
    return DV_OK;
}

/* Asks a JSON text with a query in which it is ?1, and whose first cell says where in it a NUL is,
 * at which SQLite would end the text. Gives the statement at its row. */
static uint32_t ask_json(sqlite3 *database, DvString json, const char *sql, sqlite3_stmt **row,
                         DvError *error) {
    const char *text = text_of(&json);
    if (sqlite3_prepare_v2(database, sql, -1, row, NULL) != SQLITE_OK ||
        sqlite3_bind_text64(*row, 1, text, json.len, SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK ||
        sqlite3_step(*row) != SQLITE_ROW) {
        return sqlite_failure(error, database, RUNNING, "reading JSON");
    }
    return sqlite3_column_int(*row, 0) == 0
               ? DV_OK
               : fail(error, DV_CONFIG, "there is a NUL in a name, which SQLite does not take");
}

#endif /* SQLITE_STATEMENTS_H */
