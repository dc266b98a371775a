// Three programs do their worst, each with an ordinary user's rights: one may read some channels, one may
// write another, one may nothing. Others work meanwhile, and the service is stopped, killed and started:
// nothing of theirs is lost, every channel can be opened all the while, and what was damaged is whole again
// when the three have gone. SHM_STRESS_SECONDS: how long.
#include <atomic>
#include <thread>

#include "tests/crash/record.h"
#include "tests/support/hostile_channels.h"
#include "tests/support/low_token.h"
#include "tests/support/peer_process.h"
#include "tests/support/seed.h"
#include "tests/support/service_fixture.h"

namespace shmbroker::tests {
namespace {

constexpr const wchar_t* kChannels[] = {L"read-block",    L"read-topic",    L"read-queue",   L"written-block",
                                        L"written-topic", L"written-queue", L"honest-topic", L"honest-queue"};

// A hostile program, at work from here on.
class Hostile {
 public:
  explicit Hostile(const std::wstring& arguments)
      : child_(L"\"" + (program_folder() / L"hostile.exe").wstring() + L"\" " + arguments,
               low_token().get()) {
    EXPECT_EQ(child_.receive(), "begins");
  }
  void end() {
    child_.end_input();
    DWORD exit_code = 0;
    EXPECT_EQ(child_.rest(exit_code), "breaches: 0\r\n");
    EXPECT_EQ(exit_code, 0u);
  }

 private:
  Child child_;
};

// Messages of one writer to one reader, which nothing may disturb.
class Stream {
 public:
  explicit Stream(const wchar_t* name) : in_(name, SHM_READ), out_(name, SHM_WRITE), listener_(in_) {
    writer_ = std::thread([this] {
      while (!over_) {
        ASSERT_SHM(SHM_OK, produce_one(out_, numbered_word(1, ++written_), How::copied, kPatience));
        if (written_ % 64 == 0) Sleep(1);  // the others work, too
      }
      ASSERT_SHM(SHM_OK, ShmWrite(out_, nullptr, 0, kPatience));
    });
  }
  ~Stream() {
    over_ = true;
    writer_.join();
    EXPECT_TRUE(listener_.finish().has_all(1, written_));
    EXPECT_GT(written_, 100u);
  }

 private:
  const Opened in_;
  const Opened out_;
  std::atomic<bool> over_{false};
  uint32_t written_ = 0;
  Listener listener_;
  std::thread writer_;
};

// Somebody who uses an attacked channel. It may be told of damage, and may wait in vain, but not for ever.
class Neighbour {
 public:
  explicit Neighbour(const wchar_t* name)
      : thread_([this, name] {
          while (!over_) {
            ShmChannel channel = 0;
            if (ShmOpen(name, nullptr, &channel) != SHM_OK) continue;
            for (int i = 0; i < 100 && !over_; ++i) {
              write(channel, std::to_string(i), 5);
              read(channel, 5);
            }
            ShmClose(channel);
            ++rounds_;
          }
        }) {}
  ~Neighbour() {
    over_ = true;
    thread_.join();
    EXPECT_GT(rounds_, 0u);
  }

 private:
  std::atomic<bool> over_{false};
  uint32_t rounds_ = 0;
  std::thread thread_;
};

class HostileTest : public ServiceTest {
 protected:
  HostileTest() : ServiceTest(config_of({kHostileChannels})) {}

  // By everybody who may, whatever the hostile do. Who opens what a writer is about to damage may be told so.
  static void expect_all_open() {
    for (const std::wstring name : kChannels) {
      ShmChannel channel = 0;
      const int32_t status = ShmOpen(name.c_str(), nullptr, &channel);
      if (status != SHM_E_CORRUPT || !name.starts_with(L"written")) {
        EXPECT_SHM(SHM_OK, status);
      }
      if (channel != 0) ShmClose(channel);
    }
  }

  static void expect_serves(const wchar_t* name) {
    const Opened reader(name, SHM_READ, SHM_OPEN_NEXT);
    const Opened writer(name, SHM_WRITE);
    const std::string text = "of one who may";
    EXPECT_SHM(SHM_OK, write(writer, text, kPatience));
    std::string last;
    for (Answer answer = read(reader); answer.status != SHM_E_EMPTY && last != text; answer = read(reader)) {
      if (answer.status < 0) break;
      last = answer.text;
    }
    EXPECT_EQ(last, text);
  }
};

TEST_F(HostileTest, ProgramsHarmNobodyElseAndLeaveNothingBehind) {
  const DWORD quarter = static_cast<DWORD>(stress::duration() / std::chrono::milliseconds(4));
  Hostile reader(kHostilePrograms[0]);
  Hostile writer(kHostilePrograms[1]);
  Hostile stranger(kHostilePrograms[2]);
  {
    const Stream topic(L"honest-topic");
    const Stream queue(L"honest-queue");
    const Neighbour of_the_reader(L"read-topic");
    const Neighbour of_the_writer(L"written-queue");
    Sleep(quarter);
    for (const auto leave : {&Service::stop, &Service::kill}) {
      (service.*leave)();
      Sleep(50);  // without it
      service.start();
      expect_all_open();
      Sleep(quarter);
    }
    expect_all_open();
  }
  reader.end();
  for (const wchar_t* name :
       {L"read-block", L"read-topic", L"read-queue", L"honest-topic", L"honest-queue"}) {
    SCOPED_TRACE(testing::Message() << name);
    expect_serves(name);
  }
  writer.end();
  stranger.end();
  service.stop();
  service.start();
  for (const wchar_t* name : kChannels) {
    SCOPED_TRACE(testing::Message() << name);
    expect_serves(name);
  }
}

}  // namespace
}  // namespace shmbroker::tests
