/* The command line: --name VALUE, --name=VALUE, --flag, and at most one text. */
#ifndef SAMPLES_OPTIONS_H
#define SAMPLES_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Option {
  const wchar_t* name;
  enum { OPTION_FLAG, OPTION_NUMBER, OPTION_TEXT } kind;
  void* value; /* a bool, a uint32_t or a const wchar_t*, as it is without the option */
} Option;

typedef struct Usage {
  const wchar_t* help; /* what --help prints before the exit codes */
  const Option* options;
  size_t count;
  const wchar_t** text; /* where the argument that is no option goes; NULL: there is none */
} Usage;

/* Reads the command line. Returns true if the program is to run; else *exit_code is what it ends with, and
 * the help or what is wrong has been printed. */
bool read_options(const Usage* usage, int argc, wchar_t** argv, int* exit_code);

/* Says what is wrong with the command line. Returns the exit code. */
int wrong_usage(const wchar_t* what, const wchar_t* argument);

#endif
