// Notices by pipe and by call: one for each that is asked for, and none is lost.
#include <shmbroker/notify_call.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "tests/integration/message_window.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"
#include "win/handle.h"

namespace shmbroker::tests {
namespace {

// A pipe of this process that notices are written to.
class NoticePipe {
 public:
  NoticePipe() { EXPECT_TRUE(CreatePipe(&out_, &in_, nullptr, 0)); }
  ~NoticePipe() {
    CloseHandle(in_);
    CloseHandle(out_);
  }
  NoticePipe(const NoticePipe&) = delete;
  NoticePipe& operator=(const NoticePipe&) = delete;

  HANDLE get() const { return in_; }

  void ask_for(ShmChannel channel) const { EXPECT_SHM(SHM_OK, ShmNotifyPipe(channel, in_)); }

  // Takes the next notice: the handle of a channel; 0: none came in time.
  ShmChannel take(DWORD timeout_ms) const {
    DWORD size = 0;
    const auto has_come = [&] {
      return PeekNamedPipe(out_, nullptr, 0, nullptr, &size, nullptr) && size != 0;
    };
    ShmChannel channel = 0;
    if (!eventually(has_come, timeout_ms)) return 0;
    EXPECT_TRUE(ReadFile(out_, &channel, sizeof channel, &size, nullptr));
    EXPECT_EQ(size, sizeof channel);
    return channel;
  }

 private:
  HANDLE out_ = nullptr;
  HANDLE in_ = nullptr;
};

// Calls of a function of this process.
class NoticeCalls {
 public:
  void ask_for(ShmChannel channel) { EXPECT_SHM(SHM_OK, ShmNotifyCall(channel, note, this)); }

  // As NoticePipe's.
  ShmChannel take(DWORD timeout_ms) {
    std::unique_lock lock(mutex_);
    if (!called_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return !channels_.empty(); }))
      return 0;
    const ShmChannel channel = channels_.front();
    channels_.pop_front();
    return channel;
  }

 private:
  static void SHM_CALL note(void* self, uintptr_t channel, int32_t reserved) {
    auto& calls = *static_cast<NoticeCalls*>(self);
    const std::scoped_lock lock(calls.mutex_);
    EXPECT_EQ(reserved, 0);
    calls.channels_.push_back(static_cast<ShmChannel>(channel));
    calls.called_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable called_;
  std::deque<ShmChannel> channels_;
};

class Notices : public ServiceTest {
 protected:
  Notices() : ServiceTest(config_of({block("block"), topic("topic", "wait"), queue("queue")})) {}

  void write_and_drain(const Opened& channel) {
    write(channel, "x");
    read(channel);
    EXPECT_EQ(read(channel).status, SHM_E_EMPTY);
  }
};

template <class Kind>
class Notice : public Notices {
 protected:
  Kind notices_;
};
using NoticeKinds = testing::Types<NoticePipe, NoticeCalls>;
TYPED_TEST_SUITE(Notice, NoticeKinds);

TYPED_TEST(Notice, ComesOnceForEachThatIsAskedFor) {
  for (const wchar_t* name : {L"block", L"topic", L"queue"}) {
    const Opened channel(name);
    this->notices_.ask_for(channel);
    EXPECT_EQ(this->notices_.take(0), 0u) << "there is nothing yet";
    write(channel, "first");
    EXPECT_EQ(this->notices_.take(kPatience), channel);
    EXPECT_EQ(read(channel), (Answer{SHM_OK, "first"}));
    EXPECT_EQ(read(channel).status, name == std::wstring(L"block") ? SHM_S_UNCHANGED : SHM_E_EMPTY);
    write(channel, "nobody has asked");
    this->notices_.ask_for(channel);
    EXPECT_EQ(this->notices_.take(kPatience), channel) << "for what is there already";
    this->notices_.ask_for(channel);
    EXPECT_EQ(this->notices_.take(kPatience), channel) << "for what is there still";
    EXPECT_EQ(this->notices_.take(0), 0u);
  }
}

TYPED_TEST(Notice, ComesEachTimeUnderABurst) {
  constexpr uint32_t kCount = 5'000;
  const Opened in(L"queue", SHM_READ);
  std::thread writer([] {
    const Opened out(L"queue", SHM_WRITE);
    for (uint32_t number = 1; number <= kCount; ++number) {
      ASSERT_SHM(SHM_OK, ShmWrite(out, &number, sizeof number, kPatience));
    }
  });
  uint32_t number = 0;
  size_t size = 0;
  do {
    this->notices_.ask_for(in);
    ASSERT_EQ(this->notices_.take(kPatience), in) << "after number " << number;
    while (ShmRead(in, &number, sizeof number, &size, 0) == SHM_OK) {
    }
  } while (number < kCount);
  writer.join();
}

TYPED_TEST(Notice, TellsWhichOfSeveralChannelsIsReadable) {
  const Opened first(L"topic");
  const Opened second(L"queue");
  this->notices_.ask_for(first);
  this->notices_.ask_for(second);
  write(second, "x");
  EXPECT_EQ(this->notices_.take(kPatience), second);
  write(first, "x");
  EXPECT_EQ(this->notices_.take(kPatience), first);
}

class Pipe : public Notices {
 protected:
  NoticePipe pipe_;
};

TEST_F(Pipe, IsNotToldAnyMoreOnceItIsTurnedOffOrAWindowTakesItsPlace) {
  const Opened channel(L"queue");
  const MessageWindow window;
  MSG message{};
  pipe_.ask_for(channel);
  EXPECT_SHM(SHM_OK, ShmNotifyPipe(channel, nullptr));
  write_and_drain(channel);
  pipe_.ask_for(channel);
  ShmNotifyWindow(channel, window.get(), WM_APP, 0);
  pipe_.take(0);  // the event of what was written in between may have been told until then
  write(channel, "x");
  EXPECT_TRUE(window.take(message));
  EXPECT_EQ(pipe_.take(0), 0u);
}

TEST_F(Pipe, WithoutAReaderCostsNothingButItsNotices) {
  const Opened channel(L"queue");
  HANDLE read_end = nullptr;
  HANDLE write_end = nullptr;
  ASSERT_TRUE(CreatePipe(&read_end, &write_end, nullptr, 0));
  CloseHandle(read_end);
  for (int i = 0; i < 10; ++i) {
    EXPECT_SHM(SHM_OK, ShmNotifyPipe(channel, write_end));
    write_and_drain(channel);
  }
  EXPECT_SHM(SHM_OK, ShmNotifyPipe(channel, nullptr));
  CloseHandle(write_end);
}

TEST_F(Pipe, MustBeOneAndTheChannelReadable) {
  EXPECT_SHM(SHM_E_ARGUMENT, ShmNotifyPipe(Opened(L"queue"), GetCurrentProcess()));
  EXPECT_SHM(SHM_E_ACCESS, ShmNotifyPipe(Opened(L"queue", SHM_WRITE), pipe_.get()));
}

class Call : public Notices {
 protected:
  NoticeCalls calls_;
};

TEST_F(Call, IsNotMadeAnyMoreOnceItIsTurnedOffOrAPipeTakesItsPlace) {
  const Opened channel(L"queue");
  const NoticePipe pipe;
  calls_.ask_for(channel);
  EXPECT_SHM(SHM_OK, ShmNotifyCall(channel, nullptr, nullptr));
  write_and_drain(channel);
  EXPECT_EQ(calls_.take(0), 0u);
  calls_.ask_for(channel);
  pipe.ask_for(channel);
  calls_.take(0);  // as above
  write(channel, "x");
  EXPECT_EQ(pipe.take(kPatience), channel);
  EXPECT_EQ(calls_.take(0), 0u);
}

// A call that lasts until it is let go on.
class SlowCall {
 public:
  static void SHM_CALL make(void* self, uintptr_t, int32_t) {
    auto& call = *static_cast<SlowCall*>(self);
    SetEvent(call.begun_.get());
    WaitForSingleObject(call.may_end_.get(), kPatience);
    call.has_ended_ = true;
  }

  bool has_begun() const { return WaitForSingleObject(begun_.get(), kPatience) == WAIT_OBJECT_0; }
  void end() { SetEvent(may_end_.get()); }
  bool has_ended() const { return has_ended_; }

 private:
  win::Handle begun_{CreateEventW(nullptr, TRUE, FALSE, nullptr)};
  win::Handle may_end_{CreateEventW(nullptr, TRUE, FALSE, nullptr)};
  std::atomic<bool> has_ended_{false};
};

TEST_F(Call, IsOverWhenItsChannelIsClosed) {
  SlowCall call;
  auto channel = std::make_unique<Opened>(L"queue");
  ASSERT_SHM(SHM_OK, ShmNotifyCall(*channel, SlowCall::make, &call));
  write(*channel, "x");
  ASSERT_TRUE(call.has_begun());
  std::thread ender([&] {
    Sleep(50);  // most of the time the close waits by then
    call.end();
  });
  channel.reset();
  EXPECT_TRUE(call.has_ended());
  ender.join();
}

TEST_F(Call, IsForWhoMayRead) {
  EXPECT_SHM(SHM_E_ACCESS, ShmNotifyCall(Opened(L"queue", SHM_WRITE), nullptr, nullptr));
}

}  // namespace
}  // namespace shmbroker::tests
