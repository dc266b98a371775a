// Window messages to a thread whose queue is full, or whose window is gone: PostMessage is replaced by one
// that fails as told.
#include "client_dll/notification.h"

#include <gtest/gtest.h>

#include <functional>

#include "win/handle.h"

namespace shmbroker::client {
namespace {

std::atomic<int> tries;
std::atomic<int> failures;  // of the next tries

BOOL WINAPI post(HWND, UINT, WPARAM, LPARAM) {
  ++tries;
  if (--failures < 0) return TRUE;
  SetLastError(ERROR_NOT_ENOUGH_QUOTA);
  return FALSE;
}

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 2000 && !condition(); ++i) Sleep(10);
  return condition();
}

class NotificationTest : public testing::Test {
 protected:
  NotificationTest() {
    tries = failures = 0;
    notification_.post_to(window_, WM_APP, 0, 1);
  }
  ~NotificationTest() override {
    if (IsWindow(window_)) DestroyWindow(window_);
  }

  // Returns when the event has been taken, and what came of it is done.
  void notify() {
    SetEvent(event_.get());
    EXPECT_EQ(WaitForSingleObject(interrupt_.get(), 20'000), WAIT_OBJECT_0);
  }
  static void expect_no_more_tries_than(int count) {
    Sleep(300);
    EXPECT_EQ(tries, count);
  }

  const HWND window_ =
      CreateWindowExW(0, L"STATIC", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, nullptr, nullptr);
  const win::Handle event_{CreateEventW(nullptr, FALSE, FALSE, nullptr)};
  const win::Handle interrupt_{CreateEventW(nullptr, FALSE, FALSE, nullptr)};
  Notification notification_{event_.get(), interrupt_.get(), post};
};

TEST_F(NotificationTest, PostsOnceForEachTimeThatTheEventIsSet) {
  for (int i = 1; i <= 3; ++i) {
    notify();
    EXPECT_EQ(tries, i);
  }
  expect_no_more_tries_than(3);
}

TEST_F(NotificationTest, PostsAgainWhatFoundTheQueueFull) {
  failures = 3;
  notify();
  EXPECT_TRUE(eventually([] { return tries == 4; }));
  expect_no_more_tries_than(4);
}

TEST_F(NotificationTest, PostsNothingAfterItsEndThoughAMessageIsStillToBePosted) {
  failures = 1000;
  notify();
  EXPECT_TRUE(eventually([] { return tries > 1; }));
  notification_.end();
  const int then = tries;
  expect_no_more_tries_than(then);
}

TEST_F(NotificationTest, GivesUpWithItsWindow) {
  failures = 1000;
  notify();
  DestroyWindow(window_);
  const int then = tries;
  notify();
  Sleep(300);
  EXPECT_LE(tries, then + 1) << "one may have been under way";
}

}  // namespace
}  // namespace shmbroker::client
