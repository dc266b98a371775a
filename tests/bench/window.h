// A message-only window, for the peers that receive through one.
#pragma once

#include <windows.h>

#include <functional>
#include <string>

namespace shmbroker::bench {

class Window {
 public:
  // on_message: returns true if the message was its own; result is what its sender gets.
  using OnMessage = std::function<bool(UINT message, WPARAM wparam, LPARAM lparam, LRESULT& result)>;

  explicit Window(OnMessage on_message);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // The window as text for another process, and back.
  std::string address() const;
  static HWND at(const std::string& address);

  // Waits until at least one message was sent or posted to this thread, and dispatches what is there.
  static void dispatch();

 private:
  static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam);

  OnMessage on_message_;
  HWND window_;
};

}  // namespace shmbroker::bench
