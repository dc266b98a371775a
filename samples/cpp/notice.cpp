#include "notice.h"

#include "exit_code.h"

namespace samples {
namespace {

using shmbroker::Channel;

constexpr UINT kReadable = WM_APP + 1;

class EventNotice final : public Notice {
 public:
  EventNotice(const Channel& channel, HANDLE stop) : stop_(stop), readable_(channel.wait_handle()) {}

  End wait(DWORD timeout_ms) override {
    const HANDLE handles[] = {stop_, readable_};
    switch (WaitForMultipleObjects(2, handles, FALSE, timeout_ms)) {
      case WAIT_OBJECT_0:
        return End::stopped;
      case WAIT_OBJECT_0 + 1:
        return End::readable;
      case WAIT_TIMEOUT:
        return End::timed_out;
      default:
        throw Failure{L"cannot wait for the channel's event"};
    }
  }

 private:
  HANDLE stop_;
  HANDLE readable_;  // belongs to the channel
};

class WindowNotice final : public Notice {
 public:
  WindowNotice(Channel& channel, HANDLE stop)
      : channel_(channel),
        stop_(stop),
        window_(
            CreateWindowExW(0, L"STATIC", nullptr, 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, nullptr, nullptr)) {
    if (window_ == nullptr) throw Failure{L"cannot make a window for the channel's messages"};
    channel_.notify_window(window_, kReadable);
  }
  ~WindowNotice() override {
    channel_.notify_no_window();
    DestroyWindow(window_);
  }
  WindowNotice(const WindowNotice&) = delete;
  WindowNotice& operator=(const WindowNotice&) = delete;

  End wait(DWORD timeout_ms) override {
    const ULONGLONG start = GetTickCount64();
    for (;;) {
      if (take_message()) return End::readable;
      const ULONGLONG passed = GetTickCount64() - start;
      if (timeout_ms != INFINITE && passed > timeout_ms) return End::timed_out;
      const DWORD left = timeout_ms == INFINITE ? INFINITE : static_cast<DWORD>(timeout_ms - passed);
      switch (MsgWaitForMultipleObjectsEx(1, &stop_, left, QS_ALLINPUT, MWMO_INPUTAVAILABLE)) {
        case WAIT_OBJECT_0:
          return End::stopped;
        case WAIT_TIMEOUT:
          return End::timed_out;
        case WAIT_OBJECT_0 + 1:
          break;
        default:
          throw Failure{L"cannot wait for the channel's window message"};
      }
    }
  }

 private:
  // Handles what is in the queue, up to the channel's message.
  bool take_message() const {
    MSG message;
    while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE)) {
      if (message.hwnd == window_ && message.message == kReadable) return true;
      DispatchMessageW(&message);
    }
    return false;
  }

  Channel& channel_;
  HANDLE stop_;
  HWND window_;
};

}  // namespace

std::unique_ptr<Notice> make_event_notice(const shmbroker::Channel& channel, HANDLE stop) {
  return std::make_unique<EventNotice>(channel, stop);
}

std::unique_ptr<Notice> make_window_notice(shmbroker::Channel& channel, HANDLE stop) {
  return std::make_unique<WindowNotice>(channel, stop);
}

}  // namespace samples
