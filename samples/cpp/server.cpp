// server.exe: answers the calls of a service with what was asked, and who has asked it.
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

using shmbroker::Status;

struct Settings {
  std::string channel = "Echo";
  uint32_t count = 0;
  uint32_t timeout_ms = SHM_INFINITE;
};

std::optional<Answer> read_settings(int argc, wchar_t** argv, Settings& settings) {
  CLI::App app("Answers the calls of a ShmBroker service: TEXT with \"TEXT, said process 1234\".", "server");
  app.add_option("--channel", settings.channel, "The service's name")->capture_default_str();
  add_number(app, "--count", settings.count, "End after so many requests; otherwise go on until Ctrl-C");
  add_number(
      app, "--timeout", settings.timeout_ms,
      "End when nobody has called for so many milliseconds; 0: answer who calls now. Otherwise wait for "
      "ever");
  app.footer(std::string("Text is UTF-16LE without a terminator. News and errors go to stderr.\n\n") +
             exit_codes_help());
  return parse(app, argc, argv);
}

class Server {
 public:
  Server(const Settings& settings, const Output& news)
      : settings_(settings),
        news_(news),
        channel_(wide(settings.channel), {.access = SHM_SERVER, .kind = SHM_SERVICE}),
        room_(channel_.max_message()) {}

  ExitCode run() {
    const CtrlC ctrl_c(channel_);
    news_.line(L"server: serving channel '" + wide(settings_.channel) + L"'");
    Status status = SHM_OK;
    while (!ctrl_c.was_pressed() && (settings_.count == 0 || taken_ < settings_.count)) {
      shmbroker::Request request(channel_, room_, settings_.timeout_ms, status);
      if (status == SHM_E_EMPTY || status == SHM_E_CANCELLED) break;
      shmbroker::check(status);
      ++taken_;
      answer(request);
    }
    news_.line(L"server: requests taken: " + std::to_wstring(taken_) + L", refused: " +
               std::to_wstring(refused_));
    return status == SHM_E_EMPTY && taken_ == 0 ? kTimedOut : kDone;
  }

 private:
  // Why it refuses: its own codes, for programs.
  static constexpr int32_t kNothingSaid = 1;
  static constexpr int32_t kTooMuchSaid = 2;

  void answer(shmbroker::Request& request) {
    if (request.data().empty()) return refuse(request, kNothingSaid, L"say something");
    Status status = SHM_OK;
    const ShmCaller caller = request.caller(status);
    if (status == SHM_E_STATE) return;  // who has asked is gone
    shmbroker::check(status);
    const std::wstring text = text_of(request.data()) + L", said process " + std::to_wstring(caller.pid);
    request.answer(bytes_of(text), status);
    if (status == SHM_E_SIZE) return refuse(request, kTooMuchSaid, L"say less");
    shmbroker::check(status);
  }

  void refuse(shmbroker::Request& request, int32_t code, const wchar_t* text) {
    ++refused_;
    request.refuse(code, text);
  }

  const Settings& settings_;
  const Output& news_;
  shmbroker::Channel channel_;
  std::vector<std::byte> room_;
  uint32_t taken_ = 0;
  uint32_t refused_ = 0;
};

}  // namespace
}  // namespace samples

int wmain(int argc, wchar_t** argv) {
  using namespace samples;
  Settings settings;
  return run_program(
      L"server", [&] { return read_settings(argc, argv, settings); },
      [&](const Output&, const Output& news) { return Server(settings, news).run(); });
}
