/* sender.exe: writes messages to a channel, from its command line or from its input. */
#include <windows.h>

#include <shmbroker/shmbroker.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "console.h"
#include "ctrl_c.h"
#include "exit_code.h"
#include "options.h"

const wchar_t program_name[] = L"sender";

static const wchar_t help[] =
    L"Sends text, or the lines of its input, through a ShmBroker channel.\n"
    L"Usage: sender [TEXT] [OPTIONS]\n"
    L"\n"
    L"  TEXT                What to send. Without it, every line of the input (UTF-8) is a message\n"
    L"  --help              Print this and exit\n"
    L"  --channel NAME      The channel's name [MapName]\n"
    L"  --repeat N          How often to send each message; 0: until Ctrl-C [1]\n"
    L"  --interval MS       Milliseconds between two messages [0]\n"
    L"  --timeout MS        Milliseconds to wait for room, or for another writer [5000]\n"
    L"  --binary            Send the whole input as one message of bytes\n"
    L"  --in-place          Fill the channel's own memory (ShmLoan; of a block, ShmLock) and have nothing "
    L"copied\n"
    L"\n"
    L"Text is sent as UTF-16LE without a terminator.\n";

static struct {
  const wchar_t* channel;
  const wchar_t* text;
  uint32_t repeat;
  uint32_t interval_ms;
  uint32_t timeout_ms;
  bool binary;
  bool in_place;
} settings = {.channel = L"MapName", .repeat = 1, .timeout_ms = 5000};

static const Option options[] = {
    {L"--channel", OPTION_TEXT, &settings.channel},
    {L"--repeat", OPTION_NUMBER, &settings.repeat},
    {L"--interval", OPTION_NUMBER, &settings.interval_ms},
    {L"--timeout", OPTION_NUMBER, &settings.timeout_ms},
    {L"--binary", OPTION_FLAG, &settings.binary},
    {L"--in-place", OPTION_FLAG, &settings.in_place},
};

static bool read_command_line(int argc, wchar_t** argv, int* exit_code) {
  const Usage usage = {.help = help, .options = options, .count = ARRAYSIZE(options), .text = &settings.text};
  if (!read_options(&usage, argc, argv, exit_code)) return false;
  if (settings.text == NULL || !settings.binary) return true;
  *exit_code = wrong_usage(L"--binary takes its bytes from the input, not", L"TEXT");
  return false;
}

typedef struct Sender {
  ShmChannel channel;
  ShmInfo info;
  bool has_sent;
} Sender;

/* Whoever makes a message, rather than has it, makes it in this memory. */
static int32_t fill_block(const Sender* sender, const void* message, size_t size) {
  void* memory = NULL;
  const int32_t status = ShmLock(sender->channel, &memory, NULL, settings.timeout_ms);
  if (status < 0) return status;
  if (size > 0 && size <= sender->info.capacity) memcpy(memory, message, size);
  return ShmUnlock(sender->channel, size); /* refuses what is too large; ShmClose then drops the lock */
}

static int32_t fill_loan(const Sender* sender, const void* message, size_t size) {
  void* memory = NULL;
  const int32_t status = ShmLoan(sender->channel, size, &memory, settings.timeout_ms);
  if (status < 0) return status;
  if (size > 0) memcpy(memory, message, size);
  return ShmCommit(sender->channel, size);
}

static int32_t send_once(const Sender* sender, const void* message, size_t size) {
  if (!settings.in_place) return ShmWrite(sender->channel, message, size, settings.timeout_ms);
  if (sender->info.kind == SHM_BLOCK) return fill_block(sender, message, size);
  return fill_loan(sender, message, size);
}

/* Each of these returns an exit code; what is wrong has been said. */
static int send_message(Sender* sender, const void* message, size_t size) {
  for (uint32_t i = 0; settings.repeat == 0 || i < settings.repeat; ++i) {
    if (sender->has_sent && settings.interval_ms != 0) Sleep(settings.interval_ms);
    sender->has_sent = true;
    const int32_t status = send_once(sender, message, size);
    if (status < 0) return exit_code_for(status);
  }
  return EXIT_DONE;
}

static int send_lines(Sender* sender) {
  Input input;
  int exit_code = EXIT_DONE;
  bool is_there = true;
  open_input(&input);
  while (is_there && exit_code == EXIT_DONE) {
    size_t length = 0;
    if (!read_line(&input, &length, &is_there)) {
      exit_code = EXIT_ERROR;
    } else if (is_there) {
      exit_code = send_message(sender, input.line, length * sizeof(wchar_t));
    }
  }
  close_input(&input);
  return exit_code;
}

static int send_input(Sender* sender) {
  Input input;
  int exit_code = EXIT_ERROR;
  size_t size = 0;
  open_input(&input);
  /* One more than the channel takes is enough to be told so. */
  if (read_bytes(&input, (size_t)sender->info.max_message + 1, &size)) {
    exit_code = send_message(sender, input.bytes + input.begin, size);
  }
  close_input(&input);
  return exit_code;
}

static int send_all(Sender* sender) {
  if (settings.binary) return send_input(sender);
  if (settings.text != NULL)
    return send_message(sender, settings.text, wcslen(settings.text) * sizeof(wchar_t));
  return send_lines(sender);
}

int wmain(int argc, wchar_t** argv) {
  int exit_code = EXIT_DONE;
  if (!read_command_line(argc, argv, &exit_code)) return exit_code;
  exit_at_ctrl_c();
  Sender sender = {.info.size = sizeof(ShmInfo)};
  const ShmOptions how = {.size = sizeof how, .access = SHM_WRITE};
  int32_t status = ShmOpen(settings.channel, &how, &sender.channel);
  if (status < 0) return exit_code_for(status);
  status = ShmGetInfo(sender.channel, &sender.info);
  exit_code = status < 0 ? exit_code_for(status) : send_all(&sender);
  ShmClose(sender.channel);
  return exit_code;
}
