/* receiver.exe: reads messages from a channel, and writes them to its output. */
#include <windows.h>

#include <shmbroker/shmbroker.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "console.h"
#include "ctrl_c.h"
#include "exit_code.h"
#include "notice.h"
#include "options.h"

const wchar_t program_name[] = L"receiver";

static const wchar_t help[] =
    L"Prints what comes through a ShmBroker channel, a line for each message.\n"
    L"Usage: receiver [OPTIONS]\n"
    L"\n"
    L"  --help              Print this and exit\n"
    L"  --channel NAME      The channel's name [MapName]\n"
    L"  --count N           End after so many messages; otherwise go on until Ctrl-C\n"
    L"  --timeout MS        End when nothing has come for so many milliseconds; 0: read what there is. "
    L"Otherwise wait\n"
    L"                      for ever\n"
    L"  --notify HOW        How to wait: none (in the read itself), event (ShmGetWaitHandle) or window\n"
    L"                      (ShmNotifyWindow) [none]\n"
    L"  --binary            Write the bytes of each message, and nothing between two messages\n"
    L"  --next              Begin with the next message, not with what the channel holds already\n"
    L"  --in-place          Look at each message where it lies (ShmPeek)\n"
    L"\n"
    L"Text is expected as UTF-16LE and printed as UTF-8. News and errors go to stderr.\n";

static struct {
  const wchar_t* channel;
  const wchar_t* notify;
  uint32_t count;
  uint32_t timeout_ms;
  bool binary;
  bool next;
  bool in_place;
} settings = {.channel = L"MapName", .notify = L"none", .timeout_ms = SHM_INFINITE};

static const Option options[] = {
    {L"--channel", OPTION_TEXT, &settings.channel},      {L"--count", OPTION_NUMBER, &settings.count},
    {L"--timeout", OPTION_NUMBER, &settings.timeout_ms}, {L"--notify", OPTION_TEXT, &settings.notify},
    {L"--binary", OPTION_FLAG, &settings.binary},        {L"--next", OPTION_FLAG, &settings.next},
    {L"--in-place", OPTION_FLAG, &settings.in_place},
};

static bool notifies_by(const wchar_t* how) { return wcscmp(settings.notify, how) == 0; }

static bool read_command_line(int argc, wchar_t** argv, int* exit_code) {
  const Usage usage = {.help = help, .options = options, .count = ARRAYSIZE(options)};
  if (!read_options(&usage, argc, argv, exit_code)) return false;
  if (notifies_by(L"none") || notifies_by(L"event") || notifies_by(L"window")) return true;
  *exit_code = wrong_usage(L"--notify is none, event or window, and not", settings.notify);
  return false;
}

typedef struct Receiver {
  ShmChannel channel;
  Notice notice;
  bool is_broken; /* the notice */
  char* room;     /* for the largest message, and one unit of text more */
  size_t capacity;
  size_t size; /* of the message in it */
  uint32_t received;
} Receiver;

/* ---- reading: each returns a status */

static int32_t copy_message(Receiver* receiver, uint32_t timeout_ms) {
  return ShmRead(receiver->channel, receiver->room, receiver->capacity, &receiver->size, timeout_ms);
}

/* What is made of a message in place counts only if the message was whole until the end: so it is kept and
 * not printed yet. Here a copy is made of it. */
static int32_t peek_message(Receiver* receiver, uint32_t timeout_ms) {
  for (;;) {
    const void* data = NULL;
    const int32_t status = ShmPeek(receiver->channel, &data, &receiver->size, timeout_ms);
    if (status < 0) return status;
    memcpy(receiver->room, data, receiver->size);
    const int32_t released = ShmRelease(receiver->channel);
    if (released >= 0) return status;
    if (released != SHM_E_OVERTAKEN) return released; /* else the next message tells of the loss */
  }
}

static int32_t read_message(Receiver* receiver, uint32_t timeout_ms) {
  return settings.in_place ? peek_message(receiver, timeout_ms) : copy_message(receiver, timeout_ms);
}

static bool is_nothing(int32_t status) { return status == SHM_S_UNCHANGED || status == SHM_E_EMPTY; }

/* Reads without waiting, and waits for the notice: one comes only after a read has found nothing. */
static int32_t read_when_told(Receiver* receiver) {
  for (;;) {
    const int32_t status = read_message(receiver, 0);
    if (!is_nothing(status)) return status;
    switch (await_notice(&receiver->notice, settings.timeout_ms)) {
      case READABLE:
        break;
      case TIME_IS_UP:
        return status;
      case BROKEN:
        receiver->is_broken = true;
        return SHM_E_CANCELLED;
      default:
        return SHM_E_CANCELLED;
    }
  }
}

/* ---- printing */

static bool print_text(Receiver* receiver) {
  wchar_t* text = (wchar_t*)receiver->room;
  return print_line(text, units_of(text, receiver->size));
}

static bool print_message(Receiver* receiver, int32_t status) {
  const unsigned long number = ++receiver->received;
  if (status == SHM_S_LOST) say(L"messages before number %lu were lost", number);
  if (status == SHM_S_REDELIVERED) {
    say(L"number %lu was taken before, by a reader that died or gave it back, and may have acted on it",
        number);
  }
  return settings.binary ? print_bytes(receiver->room, receiver->size) : print_text(receiver);
}

/* ---- the program: each returns an exit code */

static int tell_end(const Receiver* receiver) {
  ShmStats stats = {.size = sizeof stats};
  const int32_t status = ShmGetStats(receiver->channel, &stats);
  if (status < 0) return exit_code_for(status);
  say(L"messages read: %lu, lost: %llu", (unsigned long)receiver->received, (unsigned long long)stats.lost);
  return EXIT_DONE;
}

static int receive_all(Receiver* receiver) {
  int32_t status = SHM_OK;
  say(L"reading channel '%ls'", settings.channel);
  while (!ctrl_c_was_pressed() && (settings.count == 0 || receiver->received < settings.count)) {
    status = notifies_by(L"none") ? read_message(receiver, settings.timeout_ms) : read_when_told(receiver);
    if (is_nothing(status) || status == SHM_E_CANCELLED) break;
    if (status < 0) return exit_code_for(status);
    if (!print_message(receiver, status)) return EXIT_ERROR;
  }
  if (receiver->is_broken) {
    say(L"cannot wait for the channel's event or window message (Windows error %lu)", GetLastError());
    return EXIT_ERROR;
  }
  const int exit_code = tell_end(receiver);
  return exit_code == EXIT_DONE && is_nothing(status) && receiver->received == 0 ? EXIT_TIMED_OUT : exit_code;
}

static int receive_with_notice(Receiver* receiver) {
  int32_t status = SHM_OK;
  if (notifies_by(L"event")) {
    status = begin_event_notice(&receiver->notice, receiver->channel, ctrl_c_event());
  } else if (notifies_by(L"window")) {
    status = begin_window_notice(&receiver->notice, receiver->channel, ctrl_c_event());
  }
  const int exit_code = status < 0 ? exit_code_for(status) : receive_all(receiver);
  end_notice(&receiver->notice);
  return exit_code;
}

int wmain(int argc, wchar_t** argv) {
  int exit_code = EXIT_DONE;
  if (!read_command_line(argc, argv, &exit_code)) return exit_code;
  Receiver receiver = {.room = NULL};
  ShmOptions how = {.size = sizeof how, .access = SHM_READ};
  how.flags = settings.next ? SHM_OPEN_NEXT : 0;
  int32_t status = ShmOpen(settings.channel, &how, &receiver.channel);
  if (status < 0) return exit_code_for(status);
  begin_ctrl_c(receiver.channel);
  ShmInfo info = {.size = sizeof info};
  status = ShmGetInfo(receiver.channel, &info);
  if (status < 0) {
    exit_code = exit_code_for(status);
  } else {
    receiver.capacity = (size_t)info.max_message;
    receiver.room = need_memory(NULL, receiver.capacity + sizeof(wchar_t));
    exit_code = receive_with_notice(&receiver);
  }
  end_ctrl_c();
  ShmClose(receiver.channel);
  free(receiver.room);
  return exit_code;
}
