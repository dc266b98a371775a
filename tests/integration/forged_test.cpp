// What one client of a channel can do to its others past the DLL, one thing at a time, and where it ends:
// docs/security.md has a row for each. Forged here through a mapping of the test's own.
#include <gmock/gmock.h>

#include <string>

#include "shmbroker/watch.h"
#include "tests/support/channel_memory.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr uint64_t kCapacity = 64 * 1024;

std::string message(uint64_t number) {
  std::string text = std::to_string(number);
  text.resize(1000, '.');
  return text;
}

// Whoever sleeps has looked twice by then, and sleeps for good.
constexpr DWORD kSettled = 200;

class Forged : public ServiceTest {
 protected:
  Forged() : ServiceTest(config_of({topic("news", "wait", kCapacity), topic("other", "wait")})) {}

  // Returns how many messages there was space for.
  static uint64_t fill(const Opened& out) {
    constexpr uint64_t kMost = 1000;  // many times what there is space for
    uint64_t written = 0;
    int32_t status = SHM_OK;
    while (written < kMost && (status = write(out, message(written))) == SHM_OK) ++written;
    EXPECT_SHM(SHM_E_FULL, status);
    return written;
  }

  // Reads all that is there, and expects it in order. Returns how many.
  static uint64_t read_all(const Opened& in, uint64_t first = 0) {
    uint64_t next = first;
    for (Answer answer = read(in); answer.status != SHM_E_EMPTY; answer = read(in), ++next)
      EXPECT_EQ(answer, (Answer{SHM_OK, message(next)}));
    return next - first;
  }

  // Reads what writers have left of so many messages: each whole, in order, and with word of a gap. Returns
  // how many.
  static uint64_t read_what_is_left(const Opened& in, uint64_t written) {
    const uint64_t lost_before = stats_of(in).lost;
    uint64_t got = 0;
    uint64_t next = 0;
    for (Answer answer = read(in); answer.status != SHM_E_EMPTY; answer = read(in), ++got) {
      EXPECT_GE(answer.status, 0);
      if (answer.status < 0) break;
      const uint64_t number = std::stoull(answer.text);
      EXPECT_EQ(answer.text, message(number)) << "torn";
      EXPECT_TRUE(number == next || answer.status == SHM_S_LOST) << number << " after " << next;
      next = number + 1;
    }
    EXPECT_EQ(next, written);
    EXPECT_EQ(got + stats_of(in).lost - lost_before, written);
    return got;
  }

  void expect_others_go_on() {
    const Opened other(L"other");
    EXPECT_SHM(SHM_OK, write(other, "x"));
    EXPECT_EQ(read(other).text, "x");
  }
};

TEST_F(Forged, CursorThatIsTooHighLosesMessagesAndItsReaderIsToldHowMany) {
  const Opened out(L"news", SHM_WRITE);
  const Opened in(L"news", SHM_READ);
  const ChannelMemory memory(L"news", FILE_MAP_WRITE);
  uint64_t written = 0;
  for (; written < 300; ++written) {  // several times round the ring
    memory.readers().readers[0].cursor.store(UINT64_MAX);
    ASSERT_SHM(SHM_OK, write(out, message(written))) << "message " << written;
  }
  const uint64_t got = read_what_is_left(in, written);
  EXPECT_GT(got, 0u);
  EXPECT_LT(got, written);
}

// As far as that a writer goes half of the ring too far.
TEST_F(Forged, CursorThatIsALittleTooHighLosesMessagesAndItsReaderIsToldHowMany) {
  const Opened out(L"news", SHM_WRITE);
  const Opened in(L"news", SHM_READ);
  const ChannelMemory memory(L"news", FILE_MAP_WRITE);
  const uint64_t fits = fill(out);
  EXPECT_EQ(read_all(in), fits);
  memory.readers().readers[0].cursor.fetch_add(kCapacity / 2);
  const uint64_t written = fill(out);
  EXPECT_GT(written, fits + fits / 3);
  EXPECT_LT(written, 2 * fits);
  EXPECT_LE(read_what_is_left(in, written), fits);
}

// A reader that has read all finds nothing when it looks, and says then how far it is.
TEST_F(Forged, CursorThatIsTooHighIsRightAgainWhenItsReaderFindsNothing) {
  const Opened out(L"news", SHM_WRITE);
  const Opened in(L"news", SHM_READ);
  const ChannelMemory memory(L"news", FILE_MAP_WRITE);
  for (int round = 0; round < 3; ++round) {
    const uint64_t fits = fill(out);
    EXPECT_EQ(read_all(in), fits);
    memory.readers().readers[0].cursor.store(UINT64_MAX);
    EXPECT_EQ(read(in).status, SHM_E_EMPTY);
  }
  const uint64_t fits = fill(out);
  EXPECT_EQ(read_all(in), fits) << "none is lost";
}

TEST_F(Forged, ClearedMarkLetsAReaderSleepUntilItsTimeIsUpAndThenItLooks) {
  const Opened out(L"news", SHM_WRITE);
  const ChannelMemory memory(L"news", FILE_MAP_WRITE);
  Peer sleeper;
  const ShmChannel in = sleeper.open("news", "r");
  sleeper.begin("read " + std::to_string(in) + " 1000");
  ASSERT_TRUE(eventually([&] { return memory.reader_waits(); }));
  Sleep(kSettled);
  memory.clear_marks();
  EXPECT_SHM(SHM_OK, write(out, "missed"));
  EXPECT_EQ(sleeper.finish(), (Answer{SHM_OK, "missed"}));
}

TEST_F(Forged, ClearedMarkIsMadeUpForWhenAClientDies) {
  const Opened out(L"news", SHM_WRITE);
  const ChannelMemory memory(L"news", FILE_MAP_WRITE);
  Peer sleeper;
  const ShmChannel in = sleeper.open("news", "r");
  Child forger(L"\"" + (program_folder() / L"peer.exe").wstring() + L"\"");
  forger.send("open w news");
  forger.receive();
  sleeper.begin("read " + std::to_string(in) + " 4294967295");
  ASSERT_TRUE(eventually([&] { return memory.reader_waits(); }));
  Sleep(kSettled);
  memory.clear_marks();
  EXPECT_SHM(SHM_OK, write(out, "missed"));
  forger.kill();
  EXPECT_EQ(sleeper.finish(), (Answer{SHM_OK, "missed"}));
}

TEST_F(Forged, ClearedMarkLetsAWriterSleepUntilItsTimeIsUpAndThenItLooks) {
  const Opened in(L"news", SHM_READ);
  const Opened out(L"news", SHM_WRITE);
  const ChannelMemory memory(L"news", FILE_MAP_WRITE);
  const uint64_t written = fill(out);
  Peer sleeper;
  const ShmChannel theirs = sleeper.open("news", "w");
  sleeper.begin("write " + std::to_string(theirs) + " 2000 " + message(written));
  ASSERT_TRUE(eventually([&] { return memory.writer_waits_for_room(); }));
  Sleep(kSettled);
  memory.readers().waiting_writers.store(0);
  EXPECT_EQ(read_all(in), written);
  EXPECT_EQ(sleeper.finish().status, SHM_OK) << "there was space when its time was up";
  EXPECT_EQ(read(in).text, message(written));
}

TEST_F(Forged, ClearedMarkIsMadeUpForByAWriterThatWaitsToo) {
  const Opened in(L"news", SHM_READ);
  const Opened out(L"news", SHM_WRITE);
  const ChannelMemory memory(L"news", FILE_MAP_WRITE);
  const uint64_t written = fill(out);
  Peer sleepers[2];
  for (const auto& [i, timeout] : {std::pair(0, "4294967295"), std::pair(1, "2000")}) {
    const ShmChannel theirs = sleepers[i].open("news", "w");
    memory.readers().waiting_writers.store(0);
    sleepers[i].begin("write " + std::to_string(theirs) + " " + timeout + " " + message(written));
    ASSERT_TRUE(eventually([&] { return memory.writer_waits_for_room(); }));
  }
  Sleep(kSettled);
  memory.readers().waiting_writers.store(0);
  EXPECT_EQ(read_all(in), written);
  for (Peer& sleeper : sleepers) EXPECT_EQ(sleeper.finish().status, SHM_OK);
}

TEST_F(Forged, FiguresOfSlotsThatNobodyHasBlameNobody) {
  Peer slow;
  slow.open("news", "r");
  const Opened quick(L"news", SHM_READ | SHM_WRITE);
  const ChannelMemory memory(L"news", FILE_MAP_WRITE);
  for (uint32_t slot = 2; slot < core::kMaxReaders; ++slot) memory.readers().readers[slot].cursor.store(1);
  for (int32_t status = SHM_OK; status == SHM_OK; status = write(quick, message(0))) read(quick);
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("process " + std::to_string(slow.pid())));
}

TEST_F(Forged, FiguresOfAReaderBlameThatReaderAndNoMore) {
  Peer slow;
  const ShmChannel theirs = slow.open("news", "r");
  Peer quick;
  const ShmChannel in = quick.open("news", "r");
  const Opened out(L"news", SHM_WRITE);
  const ChannelMemory memory(L"news", FILE_MAP_WRITE);
  EXPECT_EQ(slow.read(theirs, 0).status, SHM_E_EMPTY);
  EXPECT_EQ(quick.read(in, 0).status, SHM_E_EMPTY);
  fill(out);
  core::ReaderSlot& forged = memory.readers().readers[1];
  while (quick.read(in, 0).status == SHM_OK) continue;
  forged.cursor.store(1);
  for (auto* figure : {&forged.messages, &forged.bytes, &forged.lost, &forged.waits}) figure->store(777);
  EXPECT_SHM(SHM_E_FULL, write(out, message(0)));
  const std::string blamed = ShmLastErrorTextUtf8();
  EXPECT_TRUE(blamed.find("process " + std::to_string(slow.pid())) != std::string::npos ||
              blamed.find("process " + std::to_string(quick.pid())) != std::string::npos)
      << blamed;
  ShmChannelState state{};
  state.size = sizeof state;
  ShmClientState clients[8]{};
  clients[0].size = sizeof clients[0];
  uint32_t count = 0;
  ASSERT_SHM(SHM_OK, ShmInspect(L"news", &state, clients, 8, &count));
  for (uint32_t i = 0; i < count; ++i) {
    if (clients[i].access != SHM_READ) continue;
    EXPECT_LE(clients[i].lag, kCapacity) << "no forged cursor makes more of it than the channel holds";
    EXPECT_EQ(clients[i].lost, clients[i].pid == quick.pid() ? 777u : 0u);
  }
  EXPECT_EQ(quick.order("close", in), SHM_OK);
  const ShmChannel again = quick.open("news", "r");
  EXPECT_EQ(quick.order("close", again), SHM_OK);
  EXPECT_EQ(forged.lost.load(), 0u) << "the next client of the slot begins anew";
}

TEST_F(Forged, SpaceEventLetsAWriterLookAndSleepAgain) {
  const Opened in(L"news", SHM_READ);
  const Opened out(L"news", SHM_WRITE);
  const ChannelMemory memory(L"news", FILE_MAP_WRITE);
  const uint64_t written = fill(out);
  Peer sleeper;
  const ShmChannel theirs = sleeper.open("news", "w");
  sleeper.begin("write " + std::to_string(theirs) + " 4294967295 " + message(written));
  ASSERT_TRUE(eventually([&] { return memory.writer_waits_for_room(); }));
  const std::wstring name = object_prefix(L"news") + L"space";
  const win::Handle space(OpenEventW(EVENT_MODIFY_STATE, FALSE, name.c_str()));
  ASSERT_TRUE(space);
  for (int i = 0; i < 100; ++i) {
    SetEvent(space.get());
    Sleep(1);
  }
  for (uint64_t i = 0; i < written; ++i)
    EXPECT_EQ(read(in), (Answer{SHM_OK, message(i)})) << "nothing was overwritten";
  EXPECT_EQ(sleeper.finish().status, SHM_OK);
  EXPECT_EQ(read(in).text, message(written));
}

TEST_F(Forged, EndOfAChannelIsBelievedUntilTheServiceStartsAgain) {
  for (const auto leave : {&Service::stop, &Service::kill}) {
    const Opened out(L"news", SHM_WRITE);
    const Opened in(L"news", SHM_READ, SHM_OPEN_NEXT);
    {
      const ChannelMemory memory(L"news", FILE_MAP_WRITE);
      memory.data().ended.store(1);
    }
    EXPECT_SHM(SHM_E_CLOSED, write(out, "x"));
    EXPECT_SHM(SHM_E_CLOSED, read(in, 1).status);
    expect_others_go_on();
    (service.*leave)();
    service.start();
    const Opened again(L"news");
    EXPECT_SHM(SHM_OK, write(again, "as new"));
    EXPECT_EQ(read(again), (Answer{SHM_OK, "as new"}));
    expect_others_go_on();
  }
}

}  // namespace
}  // namespace shmbroker::tests
