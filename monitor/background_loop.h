// Does the same thing again and again in a thread of its own, with pauses. Whoever asks the service may have
// to wait for its answer; a window must not, not even while it closes.
#pragma once

#include <windows.h>

#include <functional>
#include <memory>

namespace samples::monitor {

class BackgroundLoop {
 public:
  // turn returns how many milliseconds to sleep before the next, or INFINITE: until wake(). Whatever it uses
  // has to be its own, or shared: the last turn may end after this object.
  using Turn = std::function<DWORD()>;

  explicit BackgroundLoop(Turn turn);
  ~BackgroundLoop();
  BackgroundLoop(const BackgroundLoop&) = delete;
  BackgroundLoop& operator=(const BackgroundLoop&) = delete;

  void wake();  // takes the next turn now, or at once after the present one

 private:
  struct State;
  static void run(State& state, const Turn& turn);

  std::shared_ptr<State> state_;
};

}  // namespace samples::monitor
