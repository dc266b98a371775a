// A client dies at each place where that hurts most. The others go on, nothing committed is lost, doubled or
// torn, and nothing of the dead remains. One service for all of these deaths, so that what each leaves behind
// adds up.
#include <cctype>
#include <thread>

#include "tests/crash/hold.h"
#include "tests/crash/victim.h"
#include "tests/crash/world.h"
#include "tests/support/channel_memory.h"

namespace shmbroker::tests {
namespace {

constexpr uint32_t kManyMessages = 300;  // more than twice what a ring of these tests holds

struct Death {
  std::string point;
  int committed = 0;  // messages of the victim, by then; kSome: any number
  int pass = 1;
  std::string channel = "topic";
  std::string access = "w";
  std::string how = "copied";
};
constexpr int kSome = -1;

std::string title_of(const testing::TestParamInfo<Death>& info) {
  std::string title =
      info.param.channel + "_" + info.param.how + "_" + info.param.access + "_" + info.param.point;
  for (char& c : title) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return title + (info.param.pass == 1 ? "" : "_" + std::to_string(info.param.pass));
}
void PrintTo(const Death& death, std::ostream* out) { *out << death.point << " in " << death.channel; }

using ClientDeath = testing::TestWithParam<Death>;

// ---- writers

// A reader sleeps when the victim writes: nobody but the service can wake it after that.
using WriterDeath = ClientDeath;
TEST_P(WriterDeath, CostsNoMessageOfAnyoneElse) {
  const Death& death = GetParam();
  const std::wstring name = wide(death.channel);
  const Opened in(name.c_str(), SHM_READ, SHM_OPEN_NEXT);
  Listener listener(in);
  const ChannelMemory memory(name);
  ASSERT_TRUE(eventually([&] { return memory.reader_waits(); }));
  Victim victim(death.point, death.pass);
  victim.perform({"open " + death.access + " " + death.channel, "produce $ 1 2000 " + death.how});
  EXPECT_TRUE(dies_at_its_point(victim.child()));
  if (death.committed > 0) {
    EXPECT_TRUE(eventually([&] { return listener.count() >= static_cast<uint64_t>(death.committed); }));
  }
  {
    const Opened out(name.c_str(), SHM_WRITE);
    write_stream(out, 2, kManyMessages);
  }
  const Record& record = listener.finish();
  const uint64_t committed =
      death.committed == kSome ? record.last_of(1) : static_cast<uint64_t>(death.committed);
  EXPECT_TRUE(record.has_all(1, committed));
  EXPECT_TRUE(record.has_all(2, kManyMessages));
  EXPECT_EQ(record.redelivered(), 0u);
  expect_places(name, 1, 0);
}

std::vector<Death> writer_deaths() {
  std::vector<Death> all;
  const struct {
    const char* point;
    int committed;
    bool locks;
  } points[] = {
      {"lock.taken", 0, true},          {"writer.space-made", 0, false}, {"writer.slot-noted", 0, false},
      {"writer.end-cleared", 0, false}, {"writer.tail-moved", 0, false}, {"lock.given-back", 0, true},
      {"writer.reserved", 0, false},    {"copy.half-written", 0, false}, {"writer.added", 0, false},
      {"writer.committed", 1, false},   {"writer.closed", 1, false},     {"waking.readers-taken", 1, false},
      {"waking.one-woken", 1, false}};
  for (const auto& each : points) {
    all.push_back({each.point, each.committed});
    all.push_back({each.point, each.committed, 1, "queue"});
    if (!each.locks) all.push_back({each.point, each.committed, 1, "topic", "wx"});
  }
  // Where the ring is full or comes to its end.
  for (const char* point : {"writer.padded", "writer.head-moved"}) {
    for (const char* channel : {"topic", "queue"}) all.push_back({point, kSome, 3, channel});
  }
  all.push_back({"writer.head-announced", kSome, 3});
  all.push_back({"waking.announced", 1, 1, "queue"});
  // A batch is one reservation: all of it, or nothing.
  all.push_back({"writer.added", 0, 5, "topic", "w", "batch"});
  all.push_back({"writer.committed", 16, 1, "topic", "w", "batch"});
  all.push_back({"writer.committed", 1, 1, "queue", "w", "in_place"});
  all.push_back({"writer.tail-moved", 4, 5, "lossy"});
  all.push_back({"writer.committed", 5, 5, "lossy"});
  return all;
}
INSTANTIATE_TEST_SUITE_P(At, WriterDeath, testing::ValuesIn(writer_deaths()), title_of);

TEST(WriterThatWaitsForRoom, DiesAndTheOthersGoOn) {
  for (const char* name : {"topic", "queue"}) {
    SCOPED_TRACE(name);
    const Opened in(wide(name).c_str(), SHM_READ, SHM_OPEN_NEXT);
    const Opened out(wide(name).c_str(), SHM_WRITE);
    Victim victim("writer.marked");
    victim.perform({std::string("open w ") + name, "produce $ 1 2000 copied"});
    EXPECT_TRUE(dies_at_its_point(victim.child()));
    Listener listener(in);
    write_stream(out, 2, kManyMessages);
    const Record& record = listener.finish();
    EXPECT_TRUE(record.has_all(1, record.last_of(1)));
    EXPECT_GT(record.last_of(1), 50u) << "the ring was not full";
    EXPECT_TRUE(record.has_all(2, kManyMessages));
    expect_places(wide(name), 1, 1);
  }
}

TEST(Loaner, DiesWithSeveralLoansAmongOthersMessages) {
  for (const char* name : {"topic", "lossy", "queue"}) {
    SCOPED_TRACE(name);
    const Opened in(wide(name).c_str(), SHM_READ, SHM_OPEN_NEXT);
    const Opened out(wide(name).c_str(), SHM_WRITE);
    Listener listener(in);
    Victim victim("");
    for (uint32_t number = 1; number <= 3; ++number) {
      EXPECT_SHM(SHM_OK, victim.ask(std::string("open w ") + name).status);
      EXPECT_SHM(SHM_OK, victim.ask("loan $ never to be seen").status);
      EXPECT_SHM(SHM_OK, produce_one(out, numbered_word(2, number), How::copied, kSoon));
    }
    victim.child().kill();
    EXPECT_TRUE(eventually([&] { return listener.count() == 3; }));
    write_stream(out, 3, kManyMessages);
    const Record& record = listener.finish();
    EXPECT_TRUE(record.has_all(2, 3));
    EXPECT_TRUE(record.has_all(3, kManyMessages));
    EXPECT_GE(stats_of(out).recoveries, 3u);
    expect_places(wide(name), 1, 1);
  }
}

// ---- readers of a topic that waits for them

// A writer that has filled the ring sleeps because of the victim: only its death, or its reading, makes room.
using ReaderDeath = ClientDeath;
TEST_P(ReaderDeath, FreesTheWriterThatWaitsForIt) {
  const Death& death = GetParam();
  const Opened in(L"topic", SHM_READ, SHM_OPEN_NEXT);
  const Opened out(L"topic", SHM_WRITE);
  Victim victim(death.point, death.pass);
  const bool early = death.access != "late";
  if (early) {
    EXPECT_SHM(SHM_OK, victim.ask("open rn topic").status);
  }
  Listener listener(in);
  std::thread writer([&] { write_stream(out, 2, kManyMessages); });
  const ChannelMemory memory(L"topic");
  EXPECT_TRUE(!early || eventually([&] { return memory.writer_waits_for_room(); }));
  victim.begin(death.how);
  EXPECT_TRUE(dies_at_its_point(victim.child()));
  writer.join();
  EXPECT_TRUE(listener.finish().has_all(2, kManyMessages));
  expect_places(L"topic", 1, 1);
}

INSTANTIATE_TEST_SUITE_P(At, ReaderDeath,
                         testing::Values(Death{"copy.half-read", 0, 1, "topic", "r", "consume $ copied"},
                                         Death{"reader.copied", 0, 2, "topic", "r", "consume $ copied"},
                                         Death{"reader.cursor-moved", 0, 2, "topic", "r", "consume $ copied"},
                                         Death{"waking.writers-taken", 0, 1, "topic", "r",
                                               "consume $ copied"},
                                         Death{"reader.peeked", 0, 1, "topic", "r", "peek $ 5000"},
                                         Death{"reader.peeked", 0, 3, "topic", "r", "consume $ in_place"},
                                         Death{"reader.left", 0, 1, "topic", "r", "close $"},
                                         Death{"close.unsaid", 0, 1, "topic", "r", "close $"},
                                         Death{"pipe.connected", 0, 2, "topic", "r", "close $"},
                                         Death{"pipe.asked", 0, 3, "topic", "r", "close $"},
                                         Death{"open.mapped", 0, 1, "topic", "late", "open r topic"},
                                         Death{"reader.joined", 0, 1, "topic", "late", "open r topic"}),
                         [](const auto& info) { return title_of(info) + "_" + std::to_string(info.index); });

// The living have nobody to wake the writer for them.
TEST(ReaderThatCloses, FreesTheWriterThatWaitsForIt) {
  const Opened in(L"topic", SHM_READ, SHM_OPEN_NEXT);
  Opened slow(L"topic", SHM_READ, SHM_OPEN_NEXT);
  const Opened out(L"topic", SHM_WRITE);
  Listener listener(in);
  std::thread writer([&] { write_stream(out, 2, kManyMessages); });
  const ChannelMemory memory(L"topic");
  EXPECT_TRUE(eventually([&] { return memory.writer_waits_for_room(); }));
  slow.close();
  writer.join();
  EXPECT_TRUE(listener.finish().has_all(2, kManyMessages));
}

TEST(ReaderThatWaits, DiesAndTheOthersAreWoken) {
  for (const char* name : {"topic", "lossy", "queue", "MapName"}) {
    SCOPED_TRACE(name);
    Victim victim("reader.marked");
    victim.perform({std::string("open rn ") + name, "read $ 15000"});
    EXPECT_TRUE(dies_at_its_point(victim.child()));
    expect_places(wide(name), 0, 0);
    const Opened in(wide(name).c_str(), SHM_READ, SHM_OPEN_NEXT);
    const Opened out(wide(name).c_str(), SHM_WRITE);
    EXPECT_SHM(SHM_OK, write(out, "x"));
    EXPECT_EQ(read(in), (Answer{SHM_OK, "x"}));
    EXPECT_FALSE(ChannelMemory(wide(name)).reader_waits()) << "the dead reader's mark is still there";
  }
}

// ---- consumers of a queue

using ConsumerDeath = ClientDeath;
TEST_P(ConsumerDeath, GivesWhatItHadToAnother) {
  const Death& death = GetParam();
  const Opened out(L"queue", SHM_WRITE);
  EXPECT_SHM(SHM_OK, produce(out, 2, 3, How::copied, kSoon));
  Victim victim(death.point, death.pass);
  victim.perform({"open r queue", death.how});
  EXPECT_TRUE(dies_at_its_point(victim.child()));
  expect_places(L"queue", 0, 1);
  Record record;
  const Opened in(L"queue", SHM_READ);
  const auto first =
      static_cast<uint32_t>(death.committed + 1);  // what the victim had done with is nobody's any more
  for (uint32_t number = first; number <= 3; ++number) {
    std::byte message[kLargestNumbered];
    size_t size = 0;
    const int32_t status = ShmRead(in, message, sizeof message, &size, kSoon);
    EXPECT_GE(status, 0);
    EXPECT_TRUE(record.take(status, message, size));
  }
  EXPECT_EQ(read(in).status, SHM_E_EMPTY);
  const bool again = record.is_redelivered(numbered_word(2, first));
  EXPECT_EQ(again, death.access == "again");
  EXPECT_LE(record.redelivered(), 1u);
}

INSTANTIATE_TEST_SUITE_P(At, ConsumerDeath,
                         testing::Values(Death{"reader.claimed", 0, 1, "queue", "again", "read $ 5000"},
                                         Death{"copy.half-read", 0, 1, "queue", "again", "read $ 5000"},
                                         Death{"reader.copied", 0, 1, "queue", "again", "read $ 5000"},
                                         Death{"reader.copied", 1, 2, "queue", "again", "consume $ copied"},
                                         Death{"reader.finished", 1, 1, "queue", "taken", "read $ 5000"},
                                         Death{"reader.peeked", 0, 1, "queue", "again", "peek $ 5000"},
                                         Death{"reader.peeked", 1, 2, "queue", "again",
                                               "consume $ in_place"}),
                         [](const auto& info) { return title_of(info) + "_" + std::to_string(info.index); });

// Writers leave messages to a reader that polls. This one stands still there, and then dies or does not.
class ConsumerThatPolls : public testing::TestWithParam<bool> {};
TEST_P(ConsumerThatPolls, LeavesTheMessageToAnotherThatSleeps) {
  const bool dies = GetParam();
  const Opened in(L"queue", SHM_READ);
  Listener listener(in);
  const ChannelMemory memory(L"queue");
  ASSERT_TRUE(eventually([&] { return memory.reader_waits(); }));
  const Hold hold("reader.polls");
  SetEnvironmentVariableA(kMayBeHeld, "1");
  Victim victim("");
  SetEnvironmentVariableA(kMayBeHeld, nullptr);
  victim.perform({"open r queue", "read $ 60000"});
  ASSERT_TRUE(hold.has_somebody(kSoon));
  const Opened out(L"queue", SHM_WRITE);
  write_stream(out, 2, 1);
  EXPECT_TRUE(memory.reader_waits()) << "somebody was woken though a reader polls";
  if (dies) victim.child().kill();
  EXPECT_TRUE(eventually([&] { return listener.count() == 1; }));
  victim.child().kill();
  EXPECT_TRUE(listener.finish().has_all(2, 1));
}
INSTANTIATE_TEST_SUITE_P(And, ConsumerThatPolls, testing::Bool(),
                         [](const auto& info) { return std::string(info.param ? "Dies" : "StandsStill"); });

TEST(ConsumerThatCloses, DiesGivingBackWhatItHadPeeked) {
  const Opened out(L"queue", SHM_WRITE);
  write(out, "job");
  Victim victim("reader.given-back");
  EXPECT_SHM(SHM_OK, victim.ask("open r queue").status);
  EXPECT_EQ(victim.ask("peek $ 5000"), (Answer{SHM_OK, "job"}));
  victim.begin("close $");
  EXPECT_TRUE(dies_at_its_point(victim.child()));
  const Opened in(L"queue", SHM_READ);
  EXPECT_EQ(read(in, kSoon), (Answer{SHM_S_REDELIVERED, "job"}));
  EXPECT_EQ(read(in).status, SHM_E_EMPTY);
}

}  // namespace
}  // namespace shmbroker::tests
