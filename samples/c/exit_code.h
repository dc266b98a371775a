/* How the console programs end: the same codes in every language. */
#ifndef SAMPLES_EXIT_CODE_H
#define SAMPLES_EXIT_CODE_H

#include <stddef.h>
#include <stdint.h>

enum {
  EXIT_DONE = 0,
  EXIT_ERROR = 1,
  EXIT_USAGE = 2,
  EXIT_NO_SERVICE = 3,
  EXIT_NO_CHANNEL = 4,
  EXIT_DENIED = 5,
  EXIT_TIMED_OUT = 6,
};

/* For --help. */
extern const wchar_t exit_codes_help[];

/* The code for a status. An error's text goes to stderr: to be called before this thread's next call. */
int exit_code_for(int32_t status);

#endif
