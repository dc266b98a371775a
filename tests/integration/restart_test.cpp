// The service goes away under clients that are open, by a stop or by a crash, and comes back: nothing that
// was exchanged depends on it.
#include <shmbroker/watch.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/channel_memory.h"
#include "tests/support/numbered_stream.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "win/security.h"

namespace shmbroker::tests {
namespace {

// The two ways in which a service goes.
using Leave = void (Service::*)();

class Restart : public ServiceTest, public testing::WithParamInterface<Leave> {
 protected:
  Restart()
      : ServiceTest(config_of({block("MapName"), topic("topic", "wait"), topic("lossy", "overwrite", 1 << 20),
                               queue("queue")})) {}
  void leave() { (service.*GetParam())(); }
};

// The texts of the next messages, one after the other.
std::string texts(ShmChannel channel, int count) {
  std::string all;
  for (; count > 0; --count) all += read(channel).text;
  return all;
}

TEST_P(Restart, OpenClientsGoOnWithoutItAndNewOnesAreToldToStartIt) {
  const Opened mine(L"MapName");
  Peer peer;
  const ShmChannel theirs = peer.open("MapName", "rw");
  leave();
  EXPECT_EQ(peer.write(theirs, "without"), (Answer{SHM_OK, ""}));
  EXPECT_EQ(read(mine), (Answer{SHM_OK, "without"}));
  ShmChannel channel = 77;
  uint32_t count = 77;
  EXPECT_SHM(SHM_E_NO_SERVICE, ShmOpen(L"MapName", nullptr, &channel));
  EXPECT_STRNE(ShmLastErrorText(), L"");
  EXPECT_SHM(SHM_E_NO_SERVICE, ShmListChannels(nullptr, 0, &count));
  EXPECT_EQ(channel, 77u);
  EXPECT_EQ(count, 77u);
  service.start();
  const Opened fresh(L"MapName");
  EXPECT_EQ(read(fresh), (Answer{SHM_OK, "without"}));
  write(fresh, "with");
  EXPECT_EQ(read(mine), (Answer{SHM_OK, "with"}));
  EXPECT_EQ(peer.read(theirs, 0), (Answer{SHM_OK, "with"}));
}

TEST_P(Restart, ReaderThatWaitsAllTheWhileIsWokenByANewWriter) {
  for (const char* name : {"MapName", "topic", "queue"}) {
    SCOPED_TRACE(name);
    Peer peer;
    const ShmChannel in = peer.open(name, "r");
    const std::wstring wide(name, name + std::strlen(name));
    const ChannelMemory memory(wide);
    peer.begin("read " + std::to_string(in) + " 15000");
    ASSERT_TRUE(eventually([&] { return memory.reader_waits(); }));
    leave();
    service.start();
    write(Opened(wide.c_str(), SHM_WRITE), "woken");
    EXPECT_EQ(peer.finish(), (Answer{SHM_OK, "woken"}));
  }
}

TEST_P(Restart, CursorsStandWhereTheyStood) {
  const Opened out(L"topic", SHM_WRITE);
  const Opened quick(L"topic", SHM_READ);
  const Opened slow(L"topic", SHM_READ);
  const Opened worker(L"queue");
  for (const char* text : {"1", "2", "3"}) {
    write(out, text);
    write(worker, text);
  }
  EXPECT_EQ(texts(quick, 2), "12");
  EXPECT_EQ(texts(slow, 1), "1");
  EXPECT_EQ(texts(worker, 1), "1");
  leave();
  write(out, "4");
  service.start();
  EXPECT_EQ(texts(quick, 3), "34");
  EXPECT_EQ(texts(slow, 4), "234");
  EXPECT_EQ(read(Opened(L"queue")), (Answer{SHM_OK, "2"})) << "what was taken before is not given twice";
  EXPECT_EQ(read(worker), (Answer{SHM_OK, "3"}));
}

TEST_P(Restart, WhoClosedOrDiedMeanwhileHasNoPlaceAfterwards) {
  const Opened witness(L"MapName");
  Peer dying;
  Peer closing;
  dying.open("MapName", "rw");
  const ShmChannel open = closing.open("MapName", "rw");
  EXPECT_EQ(info_of(witness).readers, 3u);
  leave();
  dying.kill();
  EXPECT_SHM(SHM_OK, closing.order("close", open));
  service.start();
  EXPECT_TRUE(eventually([&] { return info_of(witness).readers == 1 && info_of(witness).writers == 1; }));
}

TEST_P(Restart, WhatTheDeadHeldMeanwhileIsFree) {
  const Opened map(L"MapName");
  const Opened topic(L"topic");
  const Opened queue(L"queue");
  write(map, "old");
  write(queue, "job");
  Peer victim;
  ASSERT_SHM(SHM_OK, victim.order("lock", victim.open("MapName", "w"), "0"));
  ASSERT_SHM(SHM_OK, victim.order("loan", victim.open("topic", "w"), "never"));
  ASSERT_EQ(victim.peek(victim.open("queue", "r")), (Answer{SHM_OK, "job"}));
  leave();
  victim.kill();
  write(topic, "behind the loan");
  EXPECT_EQ(read(topic).status, SHM_E_EMPTY);
  service.start();
  EXPECT_SHM(SHM_OK, write(map, "new", kPatience));
  EXPECT_EQ(read(topic, kPatience), (Answer{SHM_OK, "behind the loan"}));
  EXPECT_EQ(read(queue, kPatience), (Answer{SHM_S_REDELIVERED, "job"}));
}

// By the state file, which a stop brings up to date.
TEST(Restarted, ServiceKnowsWhoseProcessesWereThereBefore) {
  Service service(config_of({block("MapName")}));
  service.start();
  Peer peer;
  peer.open("MapName", "w");
  service.stop();
  EXPECT_NE(read_file(service.data_folder() / L"state.json").find(std::to_string(peer.pid())),
            std::string::npos);
  service.start();
  ShmChannelState state{};
  state.size = sizeof state;
  ShmClientState client{};
  client.size = sizeof client;
  uint32_t count = 0;
  ASSERT_SHM(SHM_OK, ShmInspect(L"MapName", &state, &client, 1, &count));
  EXPECT_EQ(client.pid, peer.pid());
  EXPECT_EQ(client.account, win::account_name(win::process_user()));
}

// Over and over under full traffic, in every kind of ring: no message is lost, doubled or out of order.
TEST_P(Restart, UnderTrafficLosesNothing) {
  struct Line {
    const char* name;
    const wchar_t* wide;
    Peer reader{};
    uint32_t written = 0;
  } lines[] = {{"topic", L"topic"}, {"queue", L"queue"}};
  std::atomic<bool> is_over = false;
  std::vector<std::thread> writers;
  for (Line& line : lines) {
    line.reader.begin("consume " + std::to_string(line.reader.open(line.name, "r")) + " copied");
    writers.emplace_back([&line, &is_over, out = Opened(line.wide, SHM_WRITE)] {
      while (!is_over) {
        ASSERT_SHM(SHM_OK, produce_one(out, numbered_word(1, ++line.written), How::copied, kPatience));
      }
      EXPECT_SHM(SHM_OK, ShmWrite(out, nullptr, 0, kPatience));
    });
  }
  for (int i = 0; i < 3; ++i) {
    leave();
    service.start();
  }
  is_over = true;
  for (std::thread& writer : writers) writer.join();
  for (Line& line : lines) {
    SCOPED_TRACE(line.name);
    const Answer answer = line.reader.finish();
    EXPECT_SHM(SHM_OK, answer.status);
    EXPECT_EQ(answer.text.substr(0, answer.text.find(' ')), std::to_string(line.written)) << answer.text;
    EXPECT_GT(line.written, 1000u);
  }
}

INSTANTIATE_TEST_SUITE_P(AfterA, Restart, testing::Values(&Service::stop, &Service::kill),
                         [](const auto& each) { return each.index == 0 ? "Stop" : "Kill"; });

}  // namespace
}  // namespace shmbroker::tests
