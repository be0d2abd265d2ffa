/*
 * SQLite's errors in the classes of the interface. Every failure of the plugin is made here.
 */
#ifndef SQLITE_ERRORS_H
#define SQLITE_ERRORS_H

#include "data_validator_plugin.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>

/* Describes a failure of a call that only reads, and returns its class. */
static uint32_t fail(DvError *error, uint32_t error_class, const char *format, ...) {
    va_list arguments;
    char *message;
    va_start(arguments, format);
    message = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    dv_error_write(error, error_class, message);
    sqlite3_free(message);
    if (error != NULL) {
        error->effect = DV_EFFECT_NONE;
        error->transaction = DV_TRANSACTION_NONE;
        error->session = DV_SESSION_USABLE;
    }
    return error_class;
}

static uint32_t no_memory(DvError *error) { return fail(error, DV_RESOURCE, "out of memory"); }

/* Hands a copy of a text over; NULL is one that there was no memory for. */
static uint32_t write_text(DvText *room, const char *text, DvError *error) {
    bool is_written = text != NULL && dv_text_write(room, text, strlen(text)) == DV_OK;
    return is_written ? DV_OK : no_memory(error);
}

/* What was under way: SQLITE_ERROR, the most common code, does not tell it. */
typedef enum Doing { OPENING, PREPARING, RUNNING } Doing;

/* The class of an extended result code. The host retries, reports and exits by the class, so this
 * stands in one place, and what is not known is a defect. */
static uint32_t class_of(int code, Doing doing, const char *message, int system_error) {
    switch (code & 0xff) {
    case SQLITE_BUSY: case SQLITE_LOCKED: case SQLITE_PROTOCOL: case SQLITE_SCHEMA:
        return DV_TRANSIENT;
    case SQLITE_NOMEM: case SQLITE_FULL: case SQLITE_TOOBIG:
        return DV_RESOURCE;
    case SQLITE_IOERR:
        return code == SQLITE_IOERR_NOMEM ? DV_RESOURCE
               : system_error == EISDIR   ? DV_DATA
                                          : DV_UNAVAILABLE;
    case SQLITE_INTERRUPT:
        return DV_CANCELLED;
    case SQLITE_CORRUPT: case SQLITE_NOTADB: case SQLITE_MISMATCH:
        return DV_DATA;
    case SQLITE_PERM: case SQLITE_AUTH: case SQLITE_READONLY:
        return DV_AUTH;
    case SQLITE_CONSTRAINT:
        return DV_INTEGRITY;
    case SQLITE_CANTOPEN:
        if (system_error == EACCES || system_error == EPERM) {
            return DV_AUTH;
        }
        /* Later it is a temporary file, or the log of a database in WAL mode. */
        return doing == OPENING ? DV_NOT_FOUND : DV_UNAVAILABLE;
    case SQLITE_ERROR:
        if (doing != PREPARING) {
            return DV_DATA;
        }
        /* The one place where only the words tell. */
        return strncmp(message, "no such table", 13) == 0 ||
                       strncmp(message, "no such column", 14) == 0
                   ? DV_NOT_FOUND
                   : DV_INVALID_SQL;
    default:
        return DV_INTERNAL;
    }
}

/* Describes the newest failure of a connection. */
static uint32_t sqlite_failure(DvError *error, sqlite3 *database, Doing doing, const char *what) {
    int code = sqlite3_extended_errcode(database), offset = sqlite3_error_offset(database);
    int system_error = sqlite3_system_errno(database);
    bool is_of_system = (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_IOERR;
    const char *message = sqlite3_errmsg(database);
    uint32_t error_class = class_of(code, doing, message, system_error);
    fail(error, error_class, "%s: %s%s%s", what, message, is_of_system ? "; the system says: " : "",
         is_of_system ? strerror(system_error) : "");
    if (error != NULL) {
        error->vendor_code = code;
        /* SQLite counts from 0 and has -1 for "not known"; the interface counts from 1. */
        error->sql_offset = doing == PREPARING ? (uint64_t)(offset + 1) : 0;
    }
    return error_class;
}

#endif /* SQLITE_ERRORS_H */
