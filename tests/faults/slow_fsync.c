// Preloaded into a server, makes its disk slow: every fsync and fdatasync takes SLOW_FSYNC_MS longer.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void wait_for_the_disk(void) {
  const char* text = getenv("SLOW_FSYNC_MS");
  const long ms = text ? atol(text) : 0;
  const struct timespec delay = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
  nanosleep(&delay, NULL);
}

static int call(const char* name, int descriptor) {
  int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  wait_for_the_disk();
  return next(descriptor);
}

int fsync(int descriptor) { return call("fsync", descriptor); }
int fdatasync(int descriptor) { return call("fdatasync", descriptor); }
