// caller.exe: calls a service, and prints its answers.
#include <windows.h>

#include <vector>

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
  std::string channel = "Echo";
  std::string text;
  bool has_text = false;
  uint32_t repeat = 1;
  uint32_t timeout_ms = 5000;
};

std::optional<Answer> read_settings(int argc, wchar_t** argv, Settings& settings) {
  CLI::App app(
      "Calls a ShmBroker service with a text, or with the lines of its input, and prints each answer.",
      "caller");
  const auto* text =
      app.add_option("TEXT", settings.text,
                     "What to call with. Without it, every line of the input (UTF-8) is a request")
          ->type_name("");
  app.add_option("--channel", settings.channel, "The service's name")->capture_default_str();
  add_number(app, "--repeat", settings.repeat, "How often to call with each text; 0: until Ctrl-C")
      ->default_str("1");
  add_number(app, "--timeout", settings.timeout_ms, "Milliseconds to wait for an answer")
      ->default_str("5000");
  app.footer(std::string("Text is sent and expected as UTF-16LE without a terminator.\n\n") +
             exit_codes_help());
  if (auto answer = parse(app, argc, argv)) return answer;
  settings.has_text = text->count() != 0;
  return std::nullopt;
}

class Caller {
 public:
  Caller(const Settings& settings, const Output& output)
      : settings_(settings),
        output_(output),
        channel_(wide(settings.channel), {.access = SHM_CLIENT, .kind = SHM_SERVICE}),
        room_(channel_.max_answer()) {}

  void run() {
    if (settings_.has_text) return call(wide(settings_.text));
    Input input;
    while (const auto line = input.line()) call(*line);
  }

 private:
  // A refusal is thrown as shmbroker::Refused, which has the server's code, and is an Error.
  void call(std::wstring_view text) {
    for (uint32_t i = 0; settings_.repeat == 0 || i < settings_.repeat; ++i) {
      output_.line(text_of(shmbroker::call(channel_, bytes_of(text), room_, settings_.timeout_ms)));
    }
  }

  const Settings& settings_;
  const Output& output_;
  shmbroker::Channel channel_;
  std::vector<std::byte> room_;
};

}  // namespace
}  // namespace samples

int wmain(int argc, wchar_t** argv) {
  using namespace samples;
  Settings settings;
  return run_program(
      L"caller", [&] { return read_settings(argc, argv, settings); },
      [&](const Output& output, const Output&) {
        exit_at_ctrl_c();
        Caller(settings, output).run();
        return kDone;
      });
}
