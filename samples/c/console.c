#include "console.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "exit_code.h"

static bool is_console(HANDLE handle) {
  DWORD mode = 0;
  return GetConsoleMode(handle, &mode) != FALSE;
}

static bool refused(const wchar_t* what) {
  say(L"%ls (Windows error %lu)", what, GetLastError());
  return false;
}

void* need_memory(void* old, size_t size) {
  void* memory = realloc(old, size != 0 ? size : 1);
  if (memory != NULL) return memory;
  say(L"out of memory");
  exit(EXIT_ERROR);
}

/* ---- output */

static bool write_bytes(HANDLE output, const char* data, size_t size) {
  while (size > 0) {
    DWORD written = 0;
    const DWORD chunk = size < (1u << 20) ? (DWORD)size : 1u << 20;
    if (!WriteFile(output, data, chunk, &written, NULL)) return false;
    data += written;
    size -= written;
  }
  return true;
}

static bool write_console(HANDLE output, const wchar_t* text, size_t length) {
  while (length > 0) {
    DWORD written = 0;
    const DWORD chunk = length < 8192 ? (DWORD)length : 8192;
    if (!WriteConsoleW(output, text, chunk, &written, NULL)) return false;
    text += written;
    length -= written;
  }
  return true;
}

/* A line and its end in one piece, so that what two programs write to one pipe does not mix. */
static bool write_line(HANDLE output, const wchar_t* text, size_t length) {
  if (is_console(output)) return write_console(output, text, length) && write_console(output, L"\n", 1);
  /* A UTF-16 unit takes three bytes of UTF-8 at most. What is no UTF-16 becomes U+FFFD, which takes three. */
  char* utf8 = need_memory(NULL, 3 * length + 1);
  int size = 0;
  if (length > 0) {
    size = WideCharToMultiByte(CP_UTF8, 0, text, (int)length, utf8, (int)(3 * length), NULL, NULL);
  }
  utf8[size] = '\n';
  const bool done = write_bytes(output, utf8, (size_t)size + 1);
  free(utf8);
  return done;
}

void say(const wchar_t* format, ...) {
  wchar_t text[1024];
  const int start = swprintf(text, ARRAYSIZE(text), L"%ls: ", program_name);
  va_list arguments;
  va_start(arguments, format);
  const int length = vswprintf(text + start, ARRAYSIZE(text) - (size_t)start, format, arguments);
  va_end(arguments);
  text[ARRAYSIZE(text) - 1] = L'\0';
  write_line(GetStdHandle(STD_ERROR_HANDLE), text, length < 0 ? wcslen(text) : (size_t)(start + length));
}

bool print_line(const wchar_t* text, size_t length) {
  return write_line(GetStdHandle(STD_OUTPUT_HANDLE), text, length) ||
         refused(L"cannot write: whoever read the output has gone");
}

bool print_bytes(const void* data, size_t size) {
  return write_bytes(GetStdHandle(STD_OUTPUT_HANDLE), data, size) ||
         refused(L"cannot write: whoever read the output has gone");
}

size_t units_of(wchar_t* text, size_t size) {
  size_t length = size / sizeof(wchar_t);
  if (size % sizeof(wchar_t) != 0) text[length++] = 0xFFFD;
  return length;
}

/* ---- input */

void open_input(Input* input) {
  memset(input, 0, sizeof *input);
  input->handle = GetStdHandle(STD_INPUT_HANDLE);
  input->is_console = is_console(input->handle);
}

void close_input(Input* input) {
  free(input->bytes);
  free(input->line);
}

/* Makes room for so many bytes behind the end. */
static char* room_in(Input* input, size_t size) {
  if (input->begin > 0) {
    memmove(input->bytes, input->bytes + input->begin, input->end - input->begin);
    input->end -= input->begin;
    input->begin = 0;
  }
  if (input->capacity - input->end < size) {
    input->capacity = 2 * input->capacity + size;
    input->bytes = need_memory(input->bytes, input->capacity);
  }
  return input->bytes + input->end;
}

static bool fill_from_console(Input* input) {
  wchar_t typed[8192]; /* a console gives a line at a time, and none is longer */
  DWORD count = 0;
  if (!ReadConsoleW(input->handle, typed, ARRAYSIZE(typed), &count, NULL)) {
    return refused(L"cannot read from the console");
  }
  input->ended = count == 0 || typed[0] == 0x1A; /* Ctrl-Z */
  if (!input->ended) {
    char* room = room_in(input, 3 * (size_t)count);
    input->end +=
        (size_t)WideCharToMultiByte(CP_UTF8, 0, typed, (int)count, room, 3 * (int)count, NULL, NULL);
  }
  return true;
}

static bool fill_from_pipe(Input* input) {
  char* room = room_in(input, 8192);
  DWORD count = 0;
  if (!ReadFile(input->handle, room, 8192, &count, NULL)) {
    if (GetLastError() != ERROR_BROKEN_PIPE) return refused(L"cannot read the input");
    count = 0; /* a pipe ends like this */
  }
  input->ended = count == 0;
  input->end += count;
  return true;
}

/* Reads some more, or notices the end. */
static bool fill(Input* input) {
  return input->is_console ? fill_from_console(input) : fill_from_pipe(input);
}

static bool decode_line(Input* input, const char* utf8, size_t size, size_t* length) {
  static const char byte_order_mark[] = "\xEF\xBB\xBF";
  ++input->lines;
  if (size > 0 && utf8[size - 1] == '\r') --size;
  if (input->lines == 1 && size >= 3 && memcmp(utf8, byte_order_mark, 3) == 0) {
    utf8 += 3;
    size -= 3;
  }
  *length = 0;
  if (size == 0) return true;
  input->line = need_memory(input->line, size * sizeof(wchar_t)); /* a byte makes one unit at most */
  *length =
      (size_t)MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, (int)size, input->line, (int)size);
  if (*length > 0) return true;
  say(L"line %lu of the input is not UTF-8; give it in UTF-8 (chcp 65001), or send it with --binary",
      (unsigned long)input->lines);
  return false;
}

bool read_line(Input* input, size_t* length, bool* is_there) {
  size_t searched = 0;
  const char* end = NULL;
  for (;;) {
    const size_t size = input->end - input->begin;
    if (size > searched) end = memchr(input->bytes + input->begin + searched, '\n', size - searched);
    searched = size;
    if (end != NULL || input->ended) break;
    if (!fill(input)) return false;
  }
  *is_there = end != NULL || searched > 0;
  if (*is_there) {
    const char* line = input->bytes + input->begin;
    const size_t size = end != NULL ? (size_t)(end - line) : searched;
    input->begin += end != NULL ? size + 1 : size;
    return decode_line(input, line, size, length);
  }
  return true;
}

bool read_bytes(Input* input, size_t limit, size_t* size) {
  while (input->end - input->begin < limit && !input->ended) {
    if (!fill(input)) return false;
  }
  *size = input->end - input->begin < limit ? input->end - input->begin : limit;
  return true;
}
