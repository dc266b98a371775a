// sender.exe: writes messages to a channel, from its command line or from its input.
#include <windows.h>

#include <algorithm>
#include <span>

#include "arguments.h"
#include "console.h"
#include "ctrl_c.h"
#include "exit_code.h"
#include "program.h"
#include "shmbroker/shmbroker.hpp"
#include "text.h"

namespace samples {
namespace {

struct Settings {
  std::string channel = "MapName";
  std::string text;
  bool has_text = false;
  bool binary = false;
  bool in_place = false;
  uint32_t repeat = 1;
  uint32_t interval_ms = 0;
  uint32_t timeout_ms = 5000;
};

std::optional<Answer> read_settings(int argc, wchar_t** argv, Settings& settings) {
  CLI::App app("Sends text, or the lines of its input, through a ShmBroker channel.", "sender");
  const auto* text = app.add_option("TEXT", settings.text,
                                    "What to send. Without it, every line of the input (UTF-8) is a message")
                         ->type_name("");
  app.add_option("--channel", settings.channel, "The channel's name")->capture_default_str();
  add_number(app, "--repeat", settings.repeat, "How often to send each message; 0: until Ctrl-C")
      ->default_str("1");
  add_number(app, "--interval", settings.interval_ms, "Milliseconds between two messages")->default_str("0");
  add_number(app, "--timeout", settings.timeout_ms, "Milliseconds to wait for room, or for another writer")
      ->default_str("5000");
  app.add_flag("--binary", settings.binary, "Send the whole input as one message of bytes");
  app.add_flag("--in-place", settings.in_place,
               "Fill the channel's own memory (ShmLoan; of a block, ShmLock) and have nothing copied");
  app.footer(std::string("Text is sent as UTF-16LE without a terminator.\n\n") + exit_codes_help());
  if (auto answer = parse(app, argc, argv)) return answer;
  settings.has_text = text->count() != 0;
  if (settings.has_text && settings.binary)
    return wrong_usage(app, L"--binary takes its bytes from the input, not TEXT");
  return std::nullopt;
}

class Sender {
 public:
  explicit Sender(const Settings& settings)
      : settings_(settings),
        channel_(wide(settings.channel), {.access = SHM_WRITE}),
        info_(channel_.info()) {}

  void run() {
    if (settings_.binary) {
      // One more than the channel takes is enough to be told so.
      const std::string message = Input().bytes(static_cast<size_t>(info_.max_message) + 1);
      send(std::as_bytes(std::span(message)));
    } else if (settings_.has_text) {
      send(bytes_of(wide(settings_.text)));
    } else {
      Input input;
      while (const auto line = input.line()) send(bytes_of(*line));
    }
  }

 private:
  void send(std::span<const std::byte> message) {
    for (uint32_t i = 0; settings_.repeat == 0 || i < settings_.repeat; ++i) {
      if (!first_ && settings_.interval_ms != 0) Sleep(settings_.interval_ms);
      first_ = false;
      if (settings_.in_place) {
        fill(message);
      } else {
        channel_.write(message, settings_.timeout_ms);
      }
    }
  }

  // Whoever makes a message, rather than has it, makes it in this memory.
  void fill(std::span<const std::byte> message) {
    if (info_.kind == SHM_BLOCK) {
      shmbroker::Lock lock(channel_, settings_.timeout_ms);
      if (message.size() <= lock.memory().size()) std::ranges::copy(message, lock.memory().begin());
      lock.publish(message.size());  // refuses what is too large
    } else {
      shmbroker::Loan loan(channel_, message.size(), settings_.timeout_ms);
      std::ranges::copy(message, loan.memory().begin());
      loan.commit();
    }
  }

  const Settings& settings_;
  shmbroker::Channel channel_;
  const ShmInfo info_;
  bool first_ = true;
};

}  // namespace
}  // namespace samples

int wmain(int argc, wchar_t** argv) {
  using namespace samples;
  Settings settings;
  return run_program(
      L"sender", [&] { return read_settings(argc, argv, settings); },
      [&](const Output&, const Output&) {
        exit_at_ctrl_c();
        Sender(settings).run();
        return kDone;
      });
}
