/* Preloaded into a program under test: tells on stderr when the environment or the locale of the process is changed
 * after it has started a thread. Both are read by other threads without a lock (by getenv, printf, mbstowcs, ...), so
 * such a change can crash them at any time, and hardly ever does in a test. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static int threads(void) {
  int count = 0;
  DIR* tasks = opendir("/proc/self/task");
  if (tasks == NULL) return 1;
  for (const struct dirent* each = readdir(tasks); each != NULL; each = readdir(tasks)) count += each->d_name[0] != '.';
  closedir(tasks);
  return count;
}

static void look(const char* call, const char* what) {
  const int count = threads();
  if (count > 1) fprintf(stderr, "ENVIRONMENT-GUARD: %s(%s) among %d threads\n", call, what ? what : "", count);
}

#define NEXT(name, type) (__extension__(type) dlsym(RTLD_NEXT, name))

int setenv(const char* name, const char* value, int overwrite) {
  look("setenv", name);
  return NEXT("setenv", int (*)(const char*, const char*, int))(name, value, overwrite);
}
int unsetenv(const char* name) {
  look("unsetenv", name);
  return NEXT("unsetenv", int (*)(const char*))(name);
}
int putenv(char* text) {
  look("putenv", text);
  return NEXT("putenv", int (*)(char*))(text);
}
int clearenv(void) {
  look("clearenv", "");
  return NEXT("clearenv", int (*)(void))();
}
char* setlocale(int category, const char* locale) {
  if (locale != NULL) look("setlocale", locale);
  return NEXT("setlocale", char* (*)(int, const char*))(category, locale);
}
