/* server.exe: answers the calls of a service with what was asked, and who has asked it. */
#include <windows.h>

#include <shmbroker/shmbroker.h>
#include <stdlib.h>
#include <wchar.h>

#include "console.h"
#include "ctrl_c.h"
#include "exit_code.h"
#include "options.h"

const wchar_t program_name[] = L"server";

static const wchar_t help[] =
    L"Answers the calls of a ShmBroker service: TEXT with \"TEXT, said process 1234\".\n"
    L"Usage: server [OPTIONS]\n"
    L"\n"
    L"  --help              Print this and exit\n"
    L"  --channel NAME      The service's name [Echo]\n"
    L"  --count N           End after so many requests; otherwise go on until Ctrl-C\n"
    L"  --timeout MS        End when nobody has called for so many milliseconds; 0: answer who calls now. "
    L"Otherwise\n"
    L"                      wait for ever\n"
    L"\n"
    L"Text is UTF-16LE without a terminator. News and errors go to stderr.\n";

static struct {
  const wchar_t* channel;
  uint32_t count;
  uint32_t timeout_ms;
} settings = {.channel = L"Echo", .timeout_ms = SHM_INFINITE};

static const Option options[] = {
    {L"--channel", OPTION_TEXT, &settings.channel},
    {L"--count", OPTION_NUMBER, &settings.count},
    {L"--timeout", OPTION_NUMBER, &settings.timeout_ms},
};

/* Why it refuses: its own codes, for programs. */
enum { NOTHING_SAID = 1, TOO_MUCH_SAID = 2 };

#define MOST_UNITS_ADDED 40u /* to a text, with the zero behind it */

typedef struct Server {
  ShmChannel channel;
  wchar_t* room; /* for the largest request, and what makes an answer of it */
  size_t capacity;
  uint32_t taken;
  uint32_t refused;
} Server;

/* ---- answering: each returns a status */

static int32_t refuse(Server* server, ShmToken token, int32_t code, const wchar_t* text) {
  ++server->refused;
  return ShmRefuse(server->channel, token, code, text);
}

static int32_t answer(Server* server, ShmToken token, size_t size) {
  if (size == 0) return refuse(server, token, NOTHING_SAID, L"say something");
  ShmCaller caller = {.size = sizeof caller};
  int32_t status = ShmGetCaller(server->channel, token, &caller);
  if (status == SHM_E_STATE) return SHM_S_DROPPED; /* who has asked is gone */
  if (status < 0) return status;
  size_t length = units_of(server->room, size);
  length += (size_t)swprintf(server->room + length, MOST_UNITS_ADDED, L", said process %lu",
                             (unsigned long)caller.pid);
  status = ShmAnswer(server->channel, token, server->room, length * sizeof(wchar_t));
  return status == SHM_E_SIZE ? refuse(server, token, TOO_MUCH_SAID, L"say less") : status;
}

/* ---- the program: each returns an exit code */

static int serve(Server* server) {
  int32_t status = SHM_OK;
  say(L"serving channel '%ls'", settings.channel);
  while (!ctrl_c_was_pressed() && (settings.count == 0 || server->taken < settings.count)) {
    ShmToken token = 0;
    size_t size = 0;
    status = ShmServe(server->channel, server->room, server->capacity, &size, &token, settings.timeout_ms);
    if (status == SHM_E_EMPTY || status == SHM_E_CANCELLED) break;
    if (status >= 0) status = answer(server, token, size);
    if (status < 0) return exit_code_for(status);
    ++server->taken;
  }
  say(L"requests taken: %lu, refused: %lu", (unsigned long)server->taken, (unsigned long)server->refused);
  return status == SHM_E_EMPTY && server->taken == 0 ? EXIT_TIMED_OUT : EXIT_DONE;
}

int wmain(int argc, wchar_t** argv) {
  int exit_code = EXIT_DONE;
  const Usage usage = {.help = help, .options = options, .count = ARRAYSIZE(options)};
  if (!read_options(&usage, argc, argv, &exit_code)) return exit_code;
  Server server = {.room = NULL};
  const ShmOptions how = {.size = sizeof how, .access = SHM_SERVER, .kind = SHM_SERVICE};
  int32_t status = ShmOpen(settings.channel, &how, &server.channel);
  if (status < 0) return exit_code_for(status);
  begin_ctrl_c(server.channel);
  ShmInfo info = {.size = sizeof info};
  status = ShmGetInfo(server.channel, &info);
  if (status < 0) {
    exit_code = exit_code_for(status);
  } else {
    server.capacity = (size_t)info.max_message; /* of a service: the largest request */
    server.room = need_memory(NULL, server.capacity + MOST_UNITS_ADDED * sizeof(wchar_t));
    exit_code = serve(&server);
  }
  end_ctrl_c();
  ShmClose(server.channel);
  free(server.room);
  return exit_code;
}
