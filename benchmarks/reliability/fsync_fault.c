/* Makes the n-th fdatasync or fsync of this process fail with EIO, and every `FAULT_EVERY`-th after it.
   Built by disks.py, loaded with LD_PRELOAD. The counter starts when the file FAULT_WHEN exists. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static long calls = 0;

static int fails(void) {
    const char *when = getenv("FAULT_WHEN"), *at = getenv("FAULT_AT"), *every = getenv("FAULT_EVERY");
    if (!when || !at || access(when, F_OK) != 0) return 0;
    calls++;
    long first = atol(at), step = every ? atol(every) : 0;
    return calls == first || (step > 0 && calls > first && (calls - first) % step == 0);
}

int fdatasync(int fd) {
    static int (*real)(int) = 0;
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    if (fails()) { errno = EIO; return -1; }
    return real(fd);
}

int fsync(int fd) {
    static int (*real)(int) = 0;
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    if (fails()) { errno = EIO; return -1; }
    return real(fd);
}
