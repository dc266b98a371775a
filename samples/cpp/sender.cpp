// sender.exe: writes messages to a channel, from its command line or from its input.
#include <windows.h>

#include <cstring>

#include "arguments.h"
#include "channel.h"
#include "console.h"
#include "explain.h"
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
  app.add_option("--repeat", settings.repeat, "How often to send each message; 0: until Ctrl-C")
      ->capture_default_str();
  app.add_option("--interval", settings.interval_ms, "Milliseconds between two messages")
      ->capture_default_str();
  app.add_option("--timeout", settings.timeout_ms, "Milliseconds to wait for room, or for another writer")
      ->capture_default_str();
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
  explicit Sender(const Settings& settings) : settings_(settings) {
    ShmOptions options{};
    options.access = SHM_WRITE;
    check(channel_.open(wide(settings.channel), options));
    info_.size = sizeof info_;
    check(ShmGetInfo(channel_.get(), &info_));
  }

  void run() {
    if (settings_.binary) {
      // One more than the channel takes is enough to be told so.
      const std::string message = Input().bytes(static_cast<size_t>(info_.max_message) + 1);
      send(message.data(), message.size());
    } else if (settings_.has_text) {
      send(wide(settings_.text));
    } else {
      Input input;
      while (const auto line = input.line()) send(*line);
    }
  }

 private:
  void send(std::wstring_view text) { send(text.data(), size_in_bytes(text)); }

  void send(const void* message, size_t size) {
    for (uint32_t i = 0; settings_.repeat == 0 || i < settings_.repeat; ++i) {
      if (!first_ && settings_.interval_ms != 0) Sleep(settings_.interval_ms);
      first_ = false;
      if (settings_.in_place) {
        fill(message, size);
      } else {
        check(ShmWrite(channel_.get(), message, size, settings_.timeout_ms));
      }
    }
  }

  // Whoever makes a message rather than has it would make it in this memory.
  void fill(const void* message, size_t size) {
    void* memory = nullptr;
    if (info_.kind == SHM_BLOCK) {
      check(ShmLock(channel_.get(), &memory, nullptr, settings_.timeout_ms));
      if (size <= info_.capacity) std::memcpy(memory, message, size);
      check(ShmUnlock(channel_.get(), size));  // refuses what is too large; closing then drops the lock
    } else {
      check(ShmLoan(channel_.get(), size, &memory, settings_.timeout_ms));
      std::memcpy(memory, message, size);
      check(ShmCommit(channel_.get(), size));
    }
  }

  const Settings& settings_;
  Channel channel_;
  ShmInfo info_{};
  bool first_ = true;
};

}  // namespace
}  // namespace samples

int wmain(int argc, wchar_t** argv) {
  using namespace samples;
  const Output output(STD_OUTPUT_HANDLE);
  const Output errors(STD_ERROR_HANDLE);
  try {
    Settings settings;
    if (const auto answer = read_settings(argc, argv, settings)) {
      (answer->exit_code == kDone ? output : errors).line(answer->text);
      return answer->exit_code;
    }
    Sender(settings).run();
    return kDone;
  } catch (const Failure& failure) {
    errors.line(L"sender: " + failure.text);
    return failure.code;
  }
}
