#include "options.h"

#include <errno.h>
#include <stdint.h>
#include <wchar.h>

#include "console.h"
#include "exit_code.h"

int wrong_usage(const wchar_t* what, const wchar_t* argument) {
  say(L"%ls %ls\nSee: %ls --help", what, argument, program_name);
  return EXIT_USAGE;
}

/* The option that an argument names, with or without =VALUE. */
static const Option* find_option(const Usage* usage, const wchar_t* argument) {
  const size_t length = wcscspn(argument, L"=");
  for (size_t i = 0; i < usage->count; ++i) {
    const Option* option = &usage->options[i];
    if (wcslen(option->name) == length && wcsncmp(option->name, argument, length) == 0) return option;
  }
  return NULL;
}

static bool read_number(const wchar_t* text, uint32_t* number) {
  wchar_t* end = NULL;
  errno = 0;
  const unsigned long long value = wcstoull(text, &end, 10);
  if (*text < L'0' || *text > L'9' || *end != L'\0' || errno != 0 || value > UINT32_MAX) return false;
  *number = (uint32_t)value;
  return true;
}

static int take_option(const Option* option, const wchar_t* value) {
  switch (option->kind) {
    case OPTION_FLAG:
      if (value != NULL) return wrong_usage(L"no value belongs to", option->name);
      *(bool*)option->value = true;
      return EXIT_DONE;
    case OPTION_NUMBER:
      if (value == NULL || !read_number(value, option->value)) {
        return wrong_usage(L"a number from 0 to 4294967295 belongs to", option->name);
      }
      return EXIT_DONE;
    default:
      if (value == NULL) return wrong_usage(L"a value belongs to", option->name);
      *(const wchar_t**)option->value = value;
      return EXIT_DONE;
  }
}

static void print_help(const Usage* usage) {
  print_line(usage->help, wcslen(usage->help));
  print_line(exit_codes_help, wcslen(exit_codes_help));
}

bool read_options(const Usage* usage, int argc, wchar_t** argv, int* exit_code) {
  bool options_end = false;
  bool has_text = false;
  for (int i = 1; i < argc; ++i) {
    const wchar_t* argument = argv[i];
    const bool is_option = !options_end && argument[0] == L'-' && argument[1] != L'\0';
    if (is_option && wcscmp(argument, L"--") == 0) {
      options_end = true;
    } else if (is_option && (wcscmp(argument, L"--help") == 0 || wcscmp(argument, L"-h") == 0)) {
      print_help(usage);
      *exit_code = EXIT_DONE;
      return false;
    } else if (is_option) {
      const Option* option = find_option(usage, argument);
      const wchar_t* value = wcschr(argument, L'=');
      if (option == NULL) {
        *exit_code = wrong_usage(L"there is no option", argument);
        return false;
      }
      if (value != NULL) {
        ++value;
      } else if (option->kind != OPTION_FLAG && i + 1 < argc) {
        value = argv[++i];
      }
      *exit_code = take_option(option, value);
      if (*exit_code != EXIT_DONE) return false;
    } else if (usage->text == NULL || has_text) {
      *exit_code = wrong_usage(L"one argument too many:", argument);
      return false;
    } else {
      has_text = true;
      *usage->text = argument;
    }
  }
  return true;
}
