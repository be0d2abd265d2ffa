/* A disk with faults: it is loaded in front of libc (LD_PRELOAD), numbers the calls of all threads that concern the
 * files of one state, and at one of them does what the environment says:
 *
 *   FAULTY_DISK_STATE  the state file; the files beside it whose names begin like it and their folder belong to it
 *   FAULTY_DISK_LOG    gets a line for each call: name, result, path, and what it was given, with tabs between them
 *   FAULTY_DISK_AT     the number of the call, from 1
 *   FAULTY_DISK_FAULT  an errno instead of the call, or kill: SIGKILL before it; short: the half of a write;
 *                      torn: the half of a write and SIGKILL
 *   FAULTY_DISK_THEN   an errno that each later call gets that would change something
 *   FAULTY_DISK_LATER  at the call with that number the monotonic clock goes on by a minute
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum kind { READS, CHANGES, FREES };
enum { SOUND = 0, SHORT = -1, TORN = -2, KILL = -3 };

static pthread_mutex_t one_call = PTHREAD_MUTEX_INITIALIZER;
static const char *state;
static size_t folder_length;
static int log_file = -1;
static long calls, at, later;
static int fault, then;

/* The function that libc has under the name of the one that this stands in. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static long number(const char *variable)
{
    const char *text = getenv(variable);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void set_up(void)
{
    state = getenv("FAULTY_DISK_STATE");
    if (!state)
        return;
    folder_length = (size_t)(strrchr(state, '/') - state);
    at = number("FAULTY_DISK_AT");
    later = number("FAULTY_DISK_LATER");
    then = (int)number("FAULTY_DISK_THEN");
    const char *what = getenv("FAULTY_DISK_FAULT");
    if (what)
        fault = !strcmp(what, "kill") ? KILL : !strcmp(what, "short") ? SHORT : !strcmp(what, "torn") ? TORN : atoi(what);
    const char *log = getenv("FAULTY_DISK_LOG");
    if (log)
        log_file = NEXT(open64)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
}

static int is_ours(const char *path)
{
    if (!state || !path)
        return 0;
    return !strncmp(path, state, strlen(state))
        || (strlen(path) == folder_length && !strncmp(path, state, folder_length));
}

static int names_ours(int file, char path[PATH_MAX])
{
    char link[32];
    if (!state)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    char *deleted = strstr(path, " (deleted)");
    if (deleted)
        *deleted = 0;
    return is_ours(path);
}

/* Begins a call; what is to be done instead of it. */
static int begin(enum kind kind)
{
    pthread_mutex_lock(&one_call);
    calls++;
    if (calls == at && fault == KILL)
        kill(getpid(), SIGKILL);
    if (calls == at)
        return fault;
    /* A disk without space still lets files go. */
    if (at && calls > at && then && (kind == CHANGES || (kind == FREES && then != ENOSPC && then != EDQUOT)))
        return then;
    return SOUND;
}

static long end(const char *call, long result, const char *path, const char *detail)
{
    int error = errno;
    if (log_file >= 0)
        dprintf(log_file, "%s\t%ld\t%s\t%s\n", call, result, path, detail);
    pthread_mutex_unlock(&one_call);
    errno = error;
    return result;
}

static long fail(int error)
{
    errno = error;
    return -1;
}

/* A fault that is no error concerns writes alone. */
#define DO(kind, call) \
    ({ \
        int instead = begin(kind); \
        instead > 0 ? fail(instead) : (long)(call); \
    })

int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    if (!is_ours(path))
        return NEXT(open64)(path, flags, mode);
    int is_new = access(path, F_OK) != 0;
    const char *effect = is_new ? "new" : flags & O_TRUNC ? "emptied" : "";
    enum kind kind = (flags & O_ACCMODE) == O_RDONLY ? READS : CHANGES;
    long file = DO(kind, NEXT(open64)(path, flags, mode));
    end("open", file < 0 ? file : 0, path, effect);
    return (int)file;
}

ssize_t write(int file, const void *data, size_t size)
{
    char path[PATH_MAX];
    if (!names_ours(file, path))
        return NEXT(write)(file, data, size);
    int instead = begin(CHANGES);
    if (instead == SHORT || instead == TORN)
        size = size / 2 ? size / 2 : size;
    ssize_t written = instead > 0 ? fail(instead) : NEXT(write)(file, data, size);
    if (instead == TORN)
        kill(getpid(), SIGKILL);
    char *detail = NULL;
    if (log_file >= 0 && written >= 0 && (detail = malloc(2 * (size_t)written + 32))) {
        int length = sprintf(detail, "%ld\t", (long)lseek(file, 0, SEEK_CUR) - written);
        for (ssize_t byte = 0; byte < written; byte++)
            length += sprintf(detail + length, "%02x", ((const unsigned char *)data)[byte]);
    }
    end("write", written, path, detail ? detail : "");
    free(detail);
    return written;
}

ssize_t read(int file, void *data, size_t size)
{
    char path[PATH_MAX];
    if (!names_ours(file, path))
        return NEXT(read)(file, data, size);
    return end("read", DO(READS, NEXT(read)(file, data, size)), path, "");
}

int fsync(int file)
{
    char path[PATH_MAX];
    if (!names_ours(file, path))
        return NEXT(fsync)(file);
    return (int)end("fsync", DO(CHANGES, NEXT(fsync)(file)), path, "");
}

int fdatasync(int file)
{
    char path[PATH_MAX];
    if (!names_ours(file, path))
        return NEXT(fdatasync)(file);
    return (int)end("fdatasync", DO(CHANGES, NEXT(fdatasync)(file)), path, "");
}

int ftruncate64(int file, off64_t length)
{
    char path[PATH_MAX], detail[32];
    if (!names_ours(file, path))
        return NEXT(ftruncate64)(file, length);
    snprintf(detail, sizeof detail, "%ld", (long)length);
    return (int)end("ftruncate", DO(CHANGES, NEXT(ftruncate64)(file, length)), path, detail);
}

int fchmod(int file, mode_t mode)
{
    char path[PATH_MAX];
    if (!names_ours(file, path))
        return NEXT(fchmod)(file, mode);
    return (int)end("fchmod", DO(CHANGES, NEXT(fchmod)(file, mode)), path, "");
}

int flock(int file, int operation)
{
    char path[PATH_MAX];
    if (!names_ours(file, path))
        return NEXT(flock)(file, operation);
    return (int)end("flock", DO(READS, NEXT(flock)(file, operation)), path, "");
}

int statx(int folder, const char *restrict path, int flags, unsigned mask, struct statx *restrict result)
{
    char of_file[PATH_MAX];
    const char *named = *path ? path : of_file;
    if (!(*path ? is_ours(path) : names_ours(folder, of_file)))
        return NEXT(statx)(folder, path, flags, mask, result);
    return (int)end("statx", DO(READS, NEXT(statx)(folder, path, flags, mask, result)), named, "");
}

int rename(const char *from, const char *to)
{
    if (!is_ours(to))
        return NEXT(rename)(from, to);
    return (int)end("rename", DO(CHANGES, NEXT(rename)(from, to)), from, to);
}

int unlink(const char *path)
{
    if (!is_ours(path))
        return NEXT(unlink)(path);
    return (int)end("unlink", DO(FREES, NEXT(unlink)(path)), path, "");
}

int mkdir(const char *path, mode_t mode)
{
    if (!is_ours(path))
        return NEXT(mkdir)(path, mode);
    return (int)end("mkdir", DO(CHANGES, NEXT(mkdir)(path, mode)), path, "");
}

DIR *opendir(const char *path)
{
    if (!is_ours(path))
        return NEXT(opendir)(path);
    int instead = begin(READS);
    DIR *folder = NULL;
    if (instead > 0)
        errno = instead;
    else
        folder = NEXT(opendir)(path);
    end("open", folder ? 0 : -1, path, "");
    return folder;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    static int (*next)(clockid_t, struct timespec *);
    if (!next)
        next = NEXT(clock_gettime);
    int result = next(clock, time);
    if (clock == CLOCK_MONOTONIC && later && calls >= later)
        time->tv_sec += 60;
    return result;
}
