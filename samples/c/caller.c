/* caller.exe: calls a service, and prints its answers. */
#include <windows.h>

#include <shmbroker/shmbroker.h>
#include <stdlib.h>
#include <wchar.h>

#include "console.h"
#include "ctrl_c.h"
#include "exit_code.h"
#include "options.h"

const wchar_t program_name[] = L"caller";

static const wchar_t help[] =
    L"Calls a ShmBroker service with a text, or with the lines of its input, and prints each answer.\n"
    L"Usage: caller [TEXT] [OPTIONS]\n"
    L"\n"
    L"  TEXT                What to call with. Without it, every line of the input (UTF-8) is a request\n"
    L"  --help              Print this and exit\n"
    L"  --channel NAME      The service's name [Echo]\n"
    L"  --repeat N          How often to call with each text; 0: until Ctrl-C [1]\n"
    L"  --timeout MS        Milliseconds to wait for an answer [5000]\n"
    L"\n"
    L"Text is sent and expected as UTF-16LE without a terminator.\n";

static struct {
  const wchar_t* channel;
  const wchar_t* text;
  uint32_t repeat;
  uint32_t timeout_ms;
} settings = {.channel = L"Echo", .repeat = 1, .timeout_ms = 5000};

static const Option options[] = {
    {L"--channel", OPTION_TEXT, &settings.channel},
    {L"--repeat", OPTION_NUMBER, &settings.repeat},
    {L"--timeout", OPTION_NUMBER, &settings.timeout_ms},
};

typedef struct Caller {
  ShmChannel channel;
  wchar_t* room; /* for the largest answer, and one unit of text more */
  size_t capacity;
} Caller;

/* Each of these returns an exit code; what is wrong has been said. */
static int call(const Caller* caller, const wchar_t* text, size_t length) {
  for (uint32_t i = 0; settings.repeat == 0 || i < settings.repeat; ++i) {
    size_t size = 0;
    const int32_t status = ShmCall(caller->channel, text, length * sizeof(wchar_t), caller->room,
                                   caller->capacity, &size, settings.timeout_ms);
    /* A program that acts on why the server refused asks ShmLastRefusal() for its code. */
    if (status < 0) return exit_code_for(status);
    if (!print_line(caller->room, units_of(caller->room, size))) return EXIT_ERROR;
  }
  return EXIT_DONE;
}

static int call_with_lines(const Caller* caller) {
  Input input;
  int exit_code = EXIT_DONE;
  bool is_there = true;
  open_input(&input);
  while (is_there && exit_code == EXIT_DONE) {
    size_t length = 0;
    if (!read_line(&input, &length, &is_there)) {
      exit_code = EXIT_ERROR;
    } else if (is_there) {
      exit_code = call(caller, input.line, length);
    }
  }
  close_input(&input);
  return exit_code;
}

int wmain(int argc, wchar_t** argv) {
  int exit_code = EXIT_DONE;
  const Usage usage = {.help = help, .options = options, .count = ARRAYSIZE(options), .text = &settings.text};
  if (!read_options(&usage, argc, argv, &exit_code)) return exit_code;
  exit_at_ctrl_c();
  Caller caller = {.room = NULL};
  const ShmOptions how = {.size = sizeof how, .access = SHM_CLIENT, .kind = SHM_SERVICE};
  int32_t status = ShmOpen(settings.channel, &how, &caller.channel);
  if (status < 0) return exit_code_for(status);
  ShmInfo info = {.size = sizeof info};
  status = ShmGetInfo(caller.channel, &info);
  if (status < 0) {
    exit_code = exit_code_for(status);
  } else {
    caller.capacity = (size_t)info.capacity; /* of a service: the largest answer */
    caller.room = need_memory(NULL, caller.capacity + sizeof(wchar_t));
    exit_code = settings.text != NULL ? call(&caller, settings.text, wcslen(settings.text))
                                      : call_with_lines(&caller);
  }
  ShmClose(caller.channel);
  free(caller.room);
  return exit_code;
}
