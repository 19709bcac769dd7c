/* Makes each flush of a disk take a millisecond longer, as on a usual disk of a cloud. Preloaded into Postgres. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static void wait_a_millisecond(void)
{
    struct timespec length = {0, 1000000};
    nanosleep(&length, 0);
}

int fsync(int descriptor)
{
    int (*real)(int) = (int (*)(int)) dlsym(RTLD_NEXT, "fsync");
    wait_a_millisecond();
    return real(descriptor);
}

int fdatasync(int descriptor)
{
    int (*real)(int) = (int (*)(int)) dlsym(RTLD_NEXT, "fdatasync");
    wait_a_millisecond();
    return real(descriptor);
}
