// receiver.exe: reads messages from a channel, and writes them to its output.
#include <windows.h>

#include <memory>
#include <span>
#include <vector>

#include "arguments.h"
#include "console.h"
#include "ctrl_c.h"
#include "exit_code.h"
#include "notice.h"
#include "program.h"
#include "shmbroker/shmbroker.hpp"
#include "text.h"

namespace samples {
namespace {

using shmbroker::Status;

struct Settings {
  std::string channel = "MapName";
  std::string notify = "none";
  bool binary = false;
  bool next = false;
  bool in_place = false;
  uint32_t count = 0;
  uint32_t timeout_ms = SHM_INFINITE;
};

std::optional<Answer> read_settings(int argc, wchar_t** argv, Settings& settings) {
  CLI::App app("Prints what comes through a ShmBroker channel, a line for each message.", "receiver");
  app.add_option("--channel", settings.channel, "The channel's name")->capture_default_str();
  add_number(app, "--count", settings.count, "End after so many messages; otherwise go on until Ctrl-C");
  add_number(
      app, "--timeout", settings.timeout_ms,
      "End when nothing has come for so many milliseconds; 0: read what there is. Otherwise wait for ever");
  app.add_option(
         "--notify", settings.notify,
         "How to wait: none (in the read itself), event (ShmGetWaitHandle) or window (ShmNotifyWindow)")
      ->check(CLI::IsMember({"none", "event", "window"}))
      ->capture_default_str();
  app.add_flag("--binary", settings.binary,
               "Write the bytes of each message, and nothing between two messages");
  app.add_flag("--next", settings.next,
               "Begin with the next message, not with what the channel holds already");
  app.add_flag("--in-place", settings.in_place,
               "Look at each message where it lies (ShmPeek) and have nothing copied");
  app.footer(
      std::string("Text is expected as UTF-16LE and printed as UTF-8. News and errors go to stderr.\n\n") +
      exit_codes_help());
  return parse(app, argc, argv);
}

bool is_nothing(Status status) { return status == SHM_S_UNCHANGED || status == SHM_E_EMPTY; }

class Receiver {
 public:
  Receiver(const Settings& settings, const Output& output, const Output& news)
      : settings_(settings),
        output_(output),
        news_(news),
        channel_(wide(settings.channel), {.access = SHM_READ, .flags = settings.next ? SHM_OPEN_NEXT : 0}),
        room_(settings.in_place ? 0 : channel_.max_message()) {}

  ExitCode run() {
    const CtrlC ctrl_c(channel_);
    if (settings_.notify == "event") notice_ = make_event_notice(channel_, ctrl_c.event());
    if (settings_.notify == "window") notice_ = make_window_notice(channel_, ctrl_c.event());
    news_.line(L"receiver: reading channel '" + wide(settings_.channel) + L"'");
    Status status = SHM_OK;
    while (!ctrl_c.was_pressed() && (settings_.count == 0 || received_ < settings_.count)) {
      status = notice_ ? read_when_told() : read(settings_.timeout_ms);
      if (is_nothing(status) || status == SHM_E_CANCELLED) break;
      shmbroker::check(status);
      print(status);
    }
    news_.line(L"receiver: messages read: " + std::to_wstring(received_) + L", lost: " +
               std::to_wstring(channel_.stats().lost));
    return is_nothing(status) && received_ == 0 ? kTimedOut : kDone;
  }

 private:
  Status read(uint32_t timeout_ms) { return settings_.in_place ? peek(timeout_ms) : copy(timeout_ms); }

  Status copy(uint32_t timeout_ms) {
    Status status = SHM_OK;
    take(channel_.read(room_, timeout_ms, status).data);
    return status;
  }

  Status peek(uint32_t timeout_ms) {
    for (;;) {
      Status status = SHM_OK;
      shmbroker::Peek peek(channel_, timeout_ms, status);
      if (status < 0) return status;
      take(peek.data());
      // Else what was taken may be torn; the next message tells of the loss.
      if (peek.release()) return status;
    }
  }

  // Makes of a message what will be printed.
  void take(std::span<const std::byte> message) {
    if (settings_.binary) {
      bytes_.assign(message.begin(), message.end());
    } else {
      text_ = text_of(message);
    }
  }

  // Reads without waiting, and waits for the notice: one comes only after a read has found nothing.
  Status read_when_told() {
    for (;;) {
      const Status status = read(0);
      if (!is_nothing(status)) return status;
      const Notice::End end = notice_->wait(settings_.timeout_ms);
      if (end == Notice::End::timed_out) return status;
      if (end == Notice::End::stopped) return SHM_E_CANCELLED;
    }
  }

  void print(Status status) {
    ++received_;
    const std::wstring number = std::to_wstring(received_);
    if (status == SHM_S_LOST) news_.line(L"receiver: messages before number " + number + L" were lost");
    if (status == SHM_S_REDELIVERED) {
      news_.line(L"receiver: number " + number +
                 L" was taken before, by a reader that died or gave it back, and may have acted on it");
    }
    if (settings_.binary) {
      output_.bytes(bytes_.data(), bytes_.size());
    } else {
      output_.line(text_);
    }
  }

  const Settings& settings_;
  const Output& output_;
  const Output& news_;
  shmbroker::Channel channel_;
  std::unique_ptr<Notice> notice_;  // ends before the channel does
  std::vector<std::byte> room_;
  std::vector<std::byte> bytes_;
  std::wstring text_;
  uint32_t received_ = 0;
};

}  // namespace
}  // namespace samples

int wmain(int argc, wchar_t** argv) {
  using namespace samples;
  Settings settings;
  return run_program(
      L"receiver", [&] { return read_settings(argc, argv, settings); },
      [&](const Output& output, const Output& news) { return Receiver(settings, output, news).run(); });
}
