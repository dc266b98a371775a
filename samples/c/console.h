/* Standard input and output as both people and pipes need them: UTF-16 at a console, whatever its code page
 * is, and UTF-8 with LF in a file or a pipe. What Windows refuses is said on stderr, and the function returns
 * false. */
#ifndef SAMPLES_CONSOLE_H
#define SAMPLES_CONSOLE_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

/* Each program's own: it begins whatever the program says on stderr. */
extern const wchar_t program_name[];

/* A line for stderr, as wprintf() formats it: "sender: ...". Longer ones than an error's text are cut. */
void say(const wchar_t* format, ...);

/* To stdout. Nothing is buffered: what was written is on its way. */
bool print_line(const wchar_t* text, size_t length);
bool print_bytes(const void* data, size_t size);

/* The UTF-16 units of what came as size bytes. Half a unit at the end is no text: it becomes U+FFFD, for
 * which there has to be room behind it. */
size_t units_of(wchar_t* text, size_t size);

/* Memory, or the end of the program. */
void* need_memory(void* old, size_t size);

/* Standard input. */
typedef struct Input {
  HANDLE handle;
  bool is_console;
  bool ended;
  size_t lines;
  char* bytes; /* read and not taken yet: from begin to end */
  size_t begin;
  size_t end;
  size_t capacity;
  wchar_t* line; /* the last line, as UTF-16 */
} Input;

void open_input(Input* input);
void close_input(Input* input);

/* The next line without its end, in input->line; length counts UTF-16 units. At the end of the input,
 * *is_there is false. */
bool read_line(Input* input, size_t* length, bool* is_there);

/* All of the input, or its first bytes up to limit, in input->bytes + input->begin. */
bool read_bytes(Input* input, size_t limit, size_t* size);

#endif
