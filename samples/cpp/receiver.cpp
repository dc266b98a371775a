// receiver.exe: reads messages from a channel, and writes them to its output.
#include <windows.h>

#include <vector>

#include "arguments.h"
#include "channel.h"
#include "console.h"
#include "ctrl_c.h"
#include "explain.h"
#include "notice.h"
#include "text.h"

namespace samples {
namespace {

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
  app.add_option("--count", settings.count, "End after so many messages; otherwise go on until Ctrl-C");
  app.add_option(
      "--timeout", settings.timeout_ms,
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

bool is_nothing(int32_t status) { return status == SHM_S_UNCHANGED || status == SHM_E_EMPTY; }

class Receiver {
 public:
  Receiver(const Settings& settings, const Output& output, const Output& news)
      : settings_(settings), output_(output), news_(news) {
    ShmOptions options{};
    options.access = SHM_READ;
    options.flags = settings.next ? SHM_OPEN_NEXT : 0;
    check(channel_.open(wide(settings.channel), options));
    ShmInfo info{};
    info.size = sizeof info;
    check(ShmGetInfo(channel_.get(), &info));
    if (!settings.in_place) buffer_.resize(static_cast<size_t>(info.max_message));
  }

  ExitCode run() {
    const CtrlC ctrl_c(channel_.get());
    if (settings_.notify == "event") notice_ = make_event_notice(channel_.get(), ctrl_c.event());
    if (settings_.notify == "window") notice_ = make_window_notice(channel_.get(), ctrl_c.event());
    news_.line(L"receiver: reading channel '" + wide(settings_.channel) + L"'");
    int32_t status = SHM_OK;
    while (!ctrl_c.was_pressed() && (settings_.count == 0 || received_ < settings_.count)) {
      status = notice_ ? read_when_told() : read(settings_.timeout_ms);
      if (is_nothing(status) || status == SHM_E_CANCELLED) break;
      check(status);
      print(status);
    }
    tell_end();
    return is_nothing(status) && received_ == 0 ? kTimedOut : kDone;
  }

 private:
  int32_t read(uint32_t timeout_ms) { return settings_.in_place ? peek(timeout_ms) : copy(timeout_ms); }

  int32_t copy(uint32_t timeout_ms) {
    size_t size = 0;
    const int32_t status = ShmRead(channel_.get(), buffer_.data(), buffer_.size(), &size, timeout_ms);
    if (status >= 0) take(buffer_.data(), size);
    return status;
  }

  int32_t peek(uint32_t timeout_ms) {
    for (;;) {
      const void* data = nullptr;
      size_t size = 0;
      const int32_t status = ShmPeek(channel_.get(), &data, &size, timeout_ms);
      if (status < 0) return status;
      take(data, size);
      const int32_t released = ShmRelease(channel_.get());
      if (released == SHM_E_OVERTAKEN)
        continue;  // what was taken may be torn; the next one tells of the loss
      check(released);
      return status;
    }
  }

  // Makes of a message what will be printed.
  void take(const void* data, size_t size) {
    if (settings_.binary) {
      bytes_.assign(static_cast<const char*>(data), size);
    } else {
      text_ = text_of(data, size);
    }
  }

  // Reads without waiting, and waits for the notice: one comes only after a read has found nothing.
  int32_t read_when_told() {
    for (;;) {
      const int32_t status = read(0);
      if (!is_nothing(status)) return status;
      const Notice::End end = notice_->wait(settings_.timeout_ms);
      if (end == Notice::End::timed_out) return status;
      if (end == Notice::End::stopped) return SHM_E_CANCELLED;
    }
  }

  void print(int32_t status) {
    ++received_;
    const std::wstring number = std::to_wstring(received_);
    if (status == SHM_S_LOST) news_.line(L"receiver: messages before number " + number + L" were lost");
    if (status == SHM_S_REDELIVERED) {
      news_.line(L"receiver: number " + number +
                 L" was taken before, by a reader that died and may have acted on it");
    }
    if (settings_.binary) {
      output_.bytes(bytes_.data(), bytes_.size());
    } else {
      output_.line(text_);
    }
  }

  void tell_end() const {
    ShmStats stats{};
    stats.size = sizeof stats;
    check(ShmGetStats(channel_.get(), &stats));
    news_.line(L"receiver: messages read: " + std::to_wstring(received_) + L", lost: " +
               std::to_wstring(stats.lost));
  }

  const Settings& settings_;
  const Output& output_;
  const Output& news_;
  Channel channel_;
  std::unique_ptr<Notice> notice_;  // ends before the channel does
  std::vector<char> buffer_;
  std::string bytes_;
  std::wstring text_;
  uint32_t received_ = 0;
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
    return Receiver(settings, output, errors).run();
  } catch (const Failure& failure) {
    errors.line(L"receiver: " + failure.text);
    return failure.code;
  }
}
