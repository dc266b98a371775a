// Notification by window message and by event: once for each change from nothing to something, and none is
// lost.
#include <memory>
#include <string>
#include <thread>

#include "tests/integration/message_window.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

constexpr UINT kMessage = WM_APP + 7;
constexpr uintptr_t kCookie = 0xC00C1E;

// The two ways to be notified, for the tests that they share.
class Notifier {
 public:
  virtual ~Notifier() = default;
  virtual void ask_for(ShmChannel channel) = 0;
  // Takes one notification; timeout_ms 0: if there is one by now.
  virtual bool take(DWORD timeout_ms) = 0;
};

class WindowNotifier final : public Notifier {
 public:
  void ask_for(ShmChannel channel) override {
    channel_ = channel;
    EXPECT_SHM(SHM_OK, ShmNotifyWindow(channel, window_.get(), kMessage, kCookie));
  }
  bool take(DWORD timeout_ms) override {
    MSG message;
    if (!window_.take(message, timeout_ms)) return false;
    EXPECT_EQ(message.message, kMessage);
    EXPECT_EQ(message.wParam, kCookie);
    EXPECT_EQ(message.lParam, static_cast<LPARAM>(channel_));
    return true;
  }

 private:
  MessageWindow window_;
  ShmChannel channel_ = 0;
};

class EventNotifier final : public Notifier {
 public:
  void ask_for(ShmChannel channel) override { EXPECT_SHM(SHM_OK, ShmGetWaitHandle(channel, &event_)); }
  bool take(DWORD timeout_ms) override { return WaitForSingleObject(event_, timeout_ms) == WAIT_OBJECT_0; }

 private:
  void* event_ = nullptr;
};

const std::string kChannels =
    config_of({block("block"), topic("topic", "wait"), topic("lossy", "overwrite"), queue("queue")});

struct Case {
  const wchar_t* channel;
  bool by_window;
};

class Notify : public ServiceTest, public testing::WithParamInterface<Case> {
 protected:
  Notify() : ServiceTest(kChannels) {}

  void SetUp() override {
    ServiceTest::SetUp();
    if (GetParam().by_window) {
      notifier_ = std::make_unique<WindowNotifier>();
    } else {
      notifier_ = std::make_unique<EventNotifier>();
    }
  }

  static bool in_block() { return GetParam().channel == std::wstring(L"block"); }

  // Reads until there is nothing left. Returns how many messages or changes there were.
  static int drain(ShmChannel channel) {
    int count = 0;
    for (;; ++count) {
      const int32_t status = read(channel).status;
      if (status == SHM_E_EMPTY || status == SHM_S_UNCHANGED) return count;
      EXPECT_TRUE(status == SHM_OK || status == SHM_S_LOST) << status;
    }
  }

  std::unique_ptr<Notifier> notifier_;
};

// What one write too many would notify comes before the last notification; so counting tells that there was
// none.
TEST_P(Notify, ComesOnceForEachChangeFromNothingToSomething) {
  const Opened in(GetParam().channel, SHM_READ);
  const Opened out(GetParam().channel, SHM_WRITE);
  notifier_->ask_for(in);
  EXPECT_FALSE(notifier_->take(0)) << "there is nothing yet";
  for (int round = 0; round < 20; ++round) {
    write(out, "first");
    ASSERT_TRUE(notifier_->take(kPatience));
    write(out, "second");
    EXPECT_EQ(read(in).status, SHM_OK);
    write(out, "third");
    EXPECT_FALSE(notifier_->take(0)) << "not before a read has found nothing left";
    EXPECT_GE(drain(in), 1);
  }
  EXPECT_FALSE(notifier_->take(0));
}

TEST_P(Notify, ComesAtOnceForWhatIsThereAlready) {
  const Opened in(GetParam().channel, SHM_READ);
  const Opened out(GetParam().channel, SHM_WRITE);
  write(out, "there");
  notifier_->ask_for(in);
  EXPECT_TRUE(notifier_->take(kPatience));
  EXPECT_EQ(read(in), (Answer{SHM_OK, "there"}));
  EXPECT_EQ(drain(in), 0);
  EXPECT_FALSE(notifier_->take(0));
}

// The reader goes to sleep again and again while the writer goes on; a notification lost would leave it
// asleep.
TEST_P(Notify, NoneIsLostUnderABurst) {
  constexpr uint32_t kCount = 20'000;
  const Opened in(GetParam().channel, SHM_READ);
  notifier_->ask_for(in);
  std::thread writer([] {
    const Opened out(GetParam().channel, SHM_WRITE);
    for (uint32_t number = 1; number <= kCount; ++number) {
      ASSERT_SHM(SHM_OK, ShmWrite(out, &number, sizeof number, kPatience));
    }
  });
  uint32_t first = 0;
  uint32_t last = 0;
  uint64_t count = 0;
  while (last < kCount && notifier_->take(kPatience)) {
    uint32_t number = 0;
    size_t size = 0;
    int32_t status = SHM_OK;
    while (status = ShmRead(in, &number, sizeof number, &size, 0), status == SHM_OK || status == SHM_S_LOST) {
      EXPECT_GT(number, last);
      if (first == 0) first = number;
      last = number;
      ++count;
    }
    ASSERT_TRUE(status == SHM_E_EMPTY || status == SHM_S_UNCHANGED) << status;
  }
  writer.join();
  EXPECT_EQ(last, kCount);
  // What a block was before the first look at it is not lost: it begins with its value.
  const uint32_t before = in_block() ? first - 1 : 0;
  EXPECT_EQ(count + stats_of(in).lost, kCount - before);
}

TEST_P(Notify, EndsWithTheHandle) {
  const Opened out(GetParam().channel, SHM_WRITE);
  {
    const Opened in(GetParam().channel, SHM_READ);
    notifier_->ask_for(in);
  }
  EXPECT_SHM(SHM_OK, write(out, "nobody is told"));
  if (GetParam().by_window) {
    EXPECT_FALSE(notifier_->take(0));
  }
}

INSTANTIATE_TEST_SUITE_P(By, Notify,
                         testing::Values(Case{L"block", true}, Case{L"topic", true}, Case{L"lossy", true},
                                         Case{L"queue", true}, Case{L"block", false}, Case{L"topic", false},
                                         Case{L"lossy", false}, Case{L"queue", false}),
                         [](const auto& each) {
                           const std::wstring name = each.param.channel;
                           return std::string(each.param.by_window ? "Window_" : "Event_") +
                                  std::string(name.begin(), name.end());
                         });

class Window : public ServiceTest {
 protected:
  Window() : ServiceTest(kChannels) {}
  void write_and_drain(const Opened& channel) {
    write(channel, "x");
    read(channel);
    EXPECT_EQ(read(channel).status, SHM_E_EMPTY);
  }
  MSG message_{};
};

TEST_F(Window, IsNotToldAnyMoreOnceItIsTurnedOff) {
  const Opened channel(L"queue");
  const MessageWindow window;
  ShmNotifyWindow(channel, window.get(), kMessage, 0);
  write(channel, "x");
  EXPECT_TRUE(window.take(message_));
  read(channel);
  EXPECT_EQ(read(channel).status, SHM_E_EMPTY);
  EXPECT_SHM(SHM_OK, ShmNotifyWindow(channel, nullptr, 0, 0));
  EXPECT_SHM(SHM_OK, ShmNotifyWindow(channel, nullptr, 0, 0)) << "off twice is off";
  for (int i = 0; i < 10; ++i) write_and_drain(channel);
  EXPECT_FALSE(window.take(message_, 0));
  ShmNotifyWindow(channel, window.get(), kMessage + 1, 0);
  write(channel, "x");
  EXPECT_TRUE(window.take(message_));
  EXPECT_EQ(message_.message, kMessage + 1) << "none from before";
}

TEST_F(Window, IsReplacedByAnother) {
  const Opened channel(L"queue");
  const MessageWindow first;
  const MessageWindow second;
  ShmNotifyWindow(channel, first.get(), kMessage, 1);
  ShmNotifyWindow(channel, second.get(), kMessage + 1, 2);
  write(channel, "x");
  EXPECT_TRUE(second.take(message_));
  EXPECT_EQ(message_.message, kMessage + 1);
  EXPECT_EQ(message_.wParam, 2u);
  EXPECT_FALSE(first.take(message_, 0));
}

TEST_F(Window, ThatIsDeadCostsNothingButItsMessages) {
  const Opened channel(L"queue");
  MessageWindow window;
  const HWND dead = window.get();
  ShmNotifyWindow(channel, dead, kMessage, 0);
  window.destroy();
  for (int i = 0; i < 10; ++i) write_and_drain(channel);
  EXPECT_SHM(SHM_E_ARGUMENT, ShmNotifyWindow(channel, dead, kMessage, 0));
  const MessageWindow another;
  EXPECT_SHM(SHM_OK, ShmNotifyWindow(channel, another.get(), kMessage, 0));
  write(channel, "x");
  EXPECT_TRUE(another.take(message_));
}

TEST_F(Window, OfAnotherProcessIsRefused) {
  const Opened channel(L"queue");
  EXPECT_SHM(SHM_E_ARGUMENT, ShmNotifyWindow(channel, GetDesktopWindow(), kMessage, 0));
  EXPECT_NE(std::string(ShmLastErrorTextUtf8()).find("give one of this process"), std::string::npos);
}

TEST_F(Window, ThatFindsItsQueueFullIsToldLater) {
  const Opened channel(L"queue");
  const MessageWindow window;
  ShmNotifyWindow(channel, window.get(), kMessage, 0);
  int posted = 0;
  while (posted < 100'000 && PostMessageW(window.get(), WM_APP, 0, 0)) ++posted;
  if (posted == 100'000) GTEST_SKIP() << "this system's queues take any number of messages";
  write(channel, "x");
  Sleep(200);  // it is tried meanwhile
  for (; posted > 0; --posted) EXPECT_TRUE(window.take(message_)) << posted << " are missing";
  EXPECT_TRUE(window.take(message_));
  EXPECT_EQ(message_.message, kMessage);
}

// Several handles of one thread, with windows or with events: each gets its own.
TEST_F(Window, OfEachHandleGetsItsOwnMessages) {
  const Opened first(L"topic");
  const Opened second(L"topic", SHM_READ);
  const MessageWindow window;
  ShmNotifyWindow(first, window.get(), kMessage, 1);
  ShmNotifyWindow(second, window.get(), kMessage, 2);
  write(first, "x");
  uintptr_t cookies = 0;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(window.take(message_));
    cookies |= message_.wParam;
  }
  EXPECT_EQ(cookies, 3u);
  EXPECT_FALSE(window.take(message_, 0));
}

TEST_F(Window, BesideABlockingReadKeepsNeitherFromItsPart) {
  const Opened in(L"queue", SHM_READ);
  const Opened out(L"queue", SHM_WRITE);
  const MessageWindow window;
  ShmNotifyWindow(in, window.get(), kMessage, 0);
  for (int i = 0; i < 100; ++i) {
    std::thread reader([&] { EXPECT_SHM(SHM_OK, read(in, kPatience).status); });
    write(out, "x");
    reader.join();
    ASSERT_EQ(read(in).status, SHM_E_EMPTY);
  }
}

TEST_F(Window, EventsOfSeveralChannelsTellWhichOneIsReadable) {
  const Opened channels[] = {Opened(L"block"), Opened(L"topic"), Opened(L"queue")};
  HANDLE events[3] = {};
  for (int i = 0; i < 3; ++i) EXPECT_SHM(SHM_OK, ShmGetWaitHandle(channels[i], &events[i]));
  EXPECT_EQ(WaitForMultipleObjects(3, events, FALSE, 0), DWORD{WAIT_TIMEOUT});
  for (const DWORD i : {1u, 2u, 0u, 2u, 1u}) {
    write(channels[i], "x");
    EXPECT_EQ(WaitForMultipleObjects(3, events, FALSE, kPatience), WAIT_OBJECT_0 + i);
    EXPECT_SHM(SHM_OK, read(channels[i]).status);
    read(channels[i]);
  }
  EXPECT_EQ(WaitForMultipleObjects(3, events, FALSE, 0), DWORD{WAIT_TIMEOUT});
}

}  // namespace
}  // namespace shmbroker::tests
