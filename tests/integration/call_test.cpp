// Calls of a service: each way in which one ends, for its client and for its server.
#include <windows.h>

#include <gmock/gmock.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/store_order.h"
#include "tests/integration/calls.h"
#include "tests/integration/suspended.h"
#include "tests/support/channel_memory.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"
#include "win/handle.h"
#include "win/security.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

// Answers each request with itself and its own name, until it is closed.
class Server {
 public:
  explicit Server(const wchar_t* name = L"echo", std::string mark = "")
      : channel_(name, SHM_SERVER), mark_(mark) {
    thread_ = std::thread([this] {
      for (;;) {
        const Taken taken = serve(channel_, SHM_INFINITE);
        if (taken.status != SHM_OK) return;
        ++served_;
        give(channel_, taken.token, taken.request + mark_);
      }
    });
  }
  ~Server() {
    EXPECT_SHM(SHM_OK, ShmSetCancelled(channel_, 1));
    thread_.join();
  }
  int served() const { return served_; }

 private:
  Opened channel_;
  std::string mark_;
  std::atomic<int> served_{0};
  std::thread thread_;
};

class Call : public ServiceTest {
 protected:
  explicit Call(const std::string& config = config_of(
                    {service_channel("echo"), service_channel("few", R"("max_calls": 2, "max_clients": 4, )"),
                     queue("queue")}))
      : ServiceTest(config) {}
};

TEST_F(Call, ComesBackWithItsAnswer) {
  const Server server(L"echo", "!");
  const Opened client(L"echo", SHM_CLIENT);
  for (int i = 0; i < 1000; ++i) {
    const std::string text = "request " + std::to_string(i);
    ASSERT_EQ(answer_of(client, text), (Answer{SHM_OK, text + "!"}));
  }
  EXPECT_EQ(answer_of(client, std::string(255, 'x')), (Answer{SHM_OK, std::string(255, 'x') + "!"}));
}

// A request wakes one server. That one stands still, as under a debugger: another one gets it.
TEST_F(Call, IsNotLeftToASuspendedServerThatWasWokenForIt) {
  const Opened client(L"echo", SHM_CLIENT);
  Peer stands_still;
  const ShmChannel theirs = stands_still.open("echo", "r");
  const ChannelMemory waits(L"echo");
  stands_still.begin("serve " + std::to_string(theirs) + " " + std::to_string(kPatience));
  ASSERT_TRUE(eventually([&] { return waits.marks() == 1; }));
  Suspended suspended(stands_still.pid());
  const Opened server(L"echo", SHM_SERVER);
  Taken taken{};
  std::atomic<bool> has_taken = false;
  std::thread serving([&] {
    taken = serve(server, SHM_INFINITE);  // a look at the end of its time would find the request, too
    has_taken = true;
  });
  EXPECT_TRUE(eventually([&] { return waits.marks() == 3; }));
  Sleep(3 * core::kSecondLookMs);  // until it sleeps for good: its own second look would find the request
  const ShmToken token = begin(client, "asked");
  EXPECT_TRUE(eventually([&] { return has_taken.load(); }));
  EXPECT_SHM(SHM_OK, ShmCancel(server));
  serving.join();
  EXPECT_EQ(taken.request, "asked");
  EXPECT_SHM(SHM_OK, give(server, taken.token, "told"));
  EXPECT_EQ(end(client, token), (Answer{SHM_OK, "told"}));
}

TEST_F(Call, TellsWhatAServiceIs) {
  const Opened server(L"echo", SHM_SERVER);
  const Opened client(L"echo", SHM_CLIENT);
  const Opened either(L"echo");
  EXPECT_EQ(info_of(either).access, SHM_CLIENT) << "who may do both, and does not say, calls";
  EXPECT_EQ(info_of(server).access, SHM_SERVER);
  const ShmInfo info = info_of(client);
  EXPECT_EQ(info.kind, SHM_SERVICE);
  EXPECT_EQ(info.readers, 1u);
  EXPECT_EQ(info.writers, 2u);
  EXPECT_EQ(info.max_message, 256u);
  EXPECT_EQ(info.capacity, 256u);
  const ShmOptions both = options_for(SHM_CLIENT | SHM_SERVER);
  ShmChannel none = 0;
  EXPECT_SHM(SHM_E_ARGUMENT, ShmOpen(L"echo", &both, &none));
}

TEST_F(Call, OfNoBytesIsAnsweredByNone) {
  const Opened server(L"echo", SHM_SERVER);
  const Opened client(L"echo", SHM_CLIENT);
  const ShmToken token = begin(client, "");
  const Taken taken = serve(server);
  EXPECT_EQ(taken.request, "");
  EXPECT_SHM(SHM_OK, ShmAnswer(server, taken.token, nullptr, 0));
  size_t size = 77;
  EXPECT_SHM(SHM_OK, ShmCallEnd(client, token, nullptr, 0, &size, kPatience));
  EXPECT_EQ(size, 0u);
}

TEST_F(Call, IsAnsweredInAnyOrderFromAnyThread) {
  const Opened server(L"echo", SHM_SERVER);
  const Opened client(L"echo", SHM_CLIENT);
  std::vector<ShmToken> calls;
  for (int i = 0; i < 3; ++i) calls.push_back(begin(client, std::to_string(i)));
  std::vector<Taken> taken;
  for (int i = 0; i < 3; ++i) taken.push_back(serve(server));
  EXPECT_EQ(end(client, calls[0], 0).status, SHM_E_EMPTY);
  for (const size_t i : {2u, 1u, 0u})
    std::thread([&] { EXPECT_SHM(SHM_OK, give(server, taken[i].token, "to " + taken[i].request)); }).join();
  for (const size_t i : {1u, 0u, 2u})
    EXPECT_EQ(end(client, calls[i]), (Answer{SHM_OK, "to " + std::to_string(i)}));
}

TEST_F(Call, OfSeveralThreadsThroughOneHandleComesBackToEach) {
  const Opened server(L"echo", SHM_SERVER);
  const Opened client(L"echo", SHM_CLIENT);
  std::atomic<uint64_t> bytes{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&client, &bytes, i] {
      for (int k = 0; k < 50; ++k) {
        const std::string text = std::to_string(i) + "/" + std::to_string(k);
        bytes += text.size();
        EXPECT_EQ(answer_of(client, text), (Answer{SHM_OK, text}));
      }
    });
  }
  // Two by two, the later one first: so a thread's answer comes while another one sleeps for them all.
  for (int answered = 0; answered < 200; ++answered) {
    const Taken first = serve(server);
    const Taken second = serve(server, kShort);  // there is none when one thread alone has calls left
    if (second.status == SHM_OK) {
      EXPECT_SHM(SHM_OK, give(server, second.token, second.request));
      ++answered;
    }
    EXPECT_SHM(SHM_OK, give(server, first.token, first.request));
  }
  for (std::thread& thread : threads) thread.join();
  ShmStats stats{};
  stats.size = sizeof stats;
  EXPECT_SHM(SHM_OK, ShmGetStats(client, &stats));
  EXPECT_EQ(stats.bytes_read, bytes);
  EXPECT_EQ(stats.written, 200u);
}

TEST_F(Call, IsSharedByServersOneRequestToOneServer) {
  const Opened clients[] = {Opened(L"echo", SHM_CLIENT), Opened(L"echo", SHM_CLIENT)};
  const Server servers[] = {Server(L"echo"), Server(L"echo")};
  std::vector<std::thread> threads;
  for (const Opened& client : clients) {
    threads.emplace_back([&client] {
      for (int k = 0; k < 500; ++k) EXPECT_EQ(answer_of(client, std::to_string(k)).status, SHM_OK);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(servers[0].served() + servers[1].served(), 1000);
}

TEST_F(Call, OfOneClientDoesNotWaitForTheManyOfAnother) {
  const Opened server(L"echo", SHM_SERVER);
  const Opened greedy(L"echo", SHM_CLIENT);
  const Opened modest(L"echo", SHM_CLIENT);
  for (int i = 0; i < 16; ++i) begin(greedy, "greedy");
  begin(modest, "modest");
  std::string first_two = serve(server).request;
  first_two += serve(server).request;
  EXPECT_THAT(first_two, HasSubstr("modest"));
}

TEST_F(Call, WaitsForAServerToCome) {
  const Opened client(L"echo", SHM_CLIENT);
  const ShmToken token = begin(client, "early");
  const Server server;
  EXPECT_EQ(end(client, token), (Answer{SHM_OK, "early"}));
}

TEST_F(Call, ThatNoServerTakesInTimeIsWithdrawn) {
  const Opened client(L"echo", SHM_CLIENT);
  EXPECT_EQ(answer_of(client, "nobody", kShort).status, SHM_E_TIMEOUT);
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("may be made again"));
  const Opened server(L"echo", SHM_SERVER);
  EXPECT_EQ(serve(server, kShort).status, SHM_E_EMPTY) << "what was withdrawn is not there to be taken";
}

TEST_F(Call, ThatIsNotAnsweredInTimeIsDropped) {
  const Opened server(L"echo", SHM_SERVER);
  const Opened client(L"echo", SHM_CLIENT);
  Taken taken{};
  std::thread takes([&] { taken = serve(server); });
  EXPECT_EQ(answer_of(client, "slow", 500).status, SHM_E_UNANSWERED);
  takes.join();
  ShmCaller caller{};
  caller.size = sizeof caller;
  EXPECT_SHM(SHM_OK, ShmGetCaller(server, taken.token, &caller));
  EXPECT_EQ(caller.flags & SHM_CALLER_WAITS, 0u) << "the server can see that nobody waits";
  EXPECT_SHM(SHM_S_DROPPED, give(server, taken.token, "late"));
  const ShmToken next = begin(client, "next");
  const Taken other = serve(server);
  EXPECT_EQ(other.request, "next");
  EXPECT_SHM(SHM_E_STATE, give(server, taken.token, "again"));
  EXPECT_SHM(SHM_OK, give(server, other.token, "mine"));
  EXPECT_EQ(end(client, next), (Answer{SHM_OK, "mine"}));
}

TEST_F(Call, NeedsAServerAtOnceWhereItsHandleSaysSo) {
  const Opened client(L"echo", SHM_CLIENT, SHM_OPEN_SERVED);
  EXPECT_EQ(answer_of(client, "x").status, SHM_E_NO_SERVER);
  auto server = std::make_unique<Opened>(L"echo", SHM_SERVER);
  const ShmToken token = begin(client, "x");
  EXPECT_EQ(end(client, token, 0).status, SHM_E_EMPTY);
  server.reset();
  EXPECT_EQ(end(client, token).status, SHM_E_NO_SERVER) << "the last one has gone, and had not taken it";
}

TEST_F(Call, IsRefusedWithCodeAndText) {
  const Opened server(L"echo", SHM_SERVER);
  const Opened client(L"echo", SHM_CLIENT);
  const ShmToken first = begin(client, "x");
  EXPECT_SHM(SHM_OK, ShmRefuse(server, serve(server).token, 4711, L"not today: \u00fc"));
  EXPECT_EQ(end(client, first).status, SHM_E_REFUSED);
  EXPECT_EQ(ShmLastRefusal(), 4711);
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("channel 'echo': the server refused the call with code 4711: "
                                                "not today: \xC3\xBC"));
  const ShmToken second = begin(client, "x");
  EXPECT_SHM(SHM_OK, ShmRefuseUtf8(server, serve(server).token, -1, nullptr));
  EXPECT_EQ(end(client, second).status, SHM_E_REFUSED);
  EXPECT_EQ(ShmLastRefusal(), -1);
  EXPECT_SHM(SHM_E_ARGUMENT, ShmRefuseUtf8(server, 1, 0, "\xFF"));
}

TEST_F(Call, IsAnsweredOnce) {
  const Opened server(L"echo", SHM_SERVER);
  const Opened other(L"echo", SHM_SERVER);
  const Opened client(L"echo", SHM_CLIENT);
  const ShmToken token = begin(client, "x");
  const Taken taken = serve(server);
  EXPECT_SHM(SHM_E_STATE, give(other, taken.token, "not its own"));
  EXPECT_SHM(SHM_OK, give(server, taken.token, "first"));
  EXPECT_SHM(SHM_E_STATE, give(server, taken.token, "second"));
  EXPECT_SHM(SHM_E_STATE, ShmRefuse(server, taken.token, 1, nullptr));
  EXPECT_EQ(end(client, token), (Answer{SHM_OK, "first"}));
  EXPECT_EQ(end(client, token).status, SHM_E_ARGUMENT);
  for (const ShmToken forged :
       {ShmToken{0}, ShmToken{1}, ~ShmToken{0}, taken.token ^ 1, taken.token + 0x100000000})
    EXPECT_NE(give(server, forged, "forged"), SHM_OK) << forged;
}

TEST_F(Call, ThatIsCancelledBeforeItIsTakenNeverIs) {
  const Opened server(L"echo", SHM_SERVER);
  const Opened client(L"echo", SHM_CLIENT);
  const ShmToken token = begin(client, "x");
  EXPECT_SHM(SHM_OK, ShmCallCancel(client, token));
  EXPECT_SHM(SHM_E_ARGUMENT, ShmCallCancel(client, token));
  EXPECT_EQ(serve(server, kShort).status, SHM_E_EMPTY);
  const ShmToken second = begin(client, "y");
  const Taken taken = serve(server);
  EXPECT_SHM(SHM_E_UNANSWERED, ShmCallCancel(client, second));
  EXPECT_SHM(SHM_S_DROPPED, give(server, taken.token, "late"));
  const ShmToken third = begin(client, "z");
  EXPECT_SHM(SHM_OK, give(server, serve(server).token, "z"));
  EXPECT_SHM(SHM_S_DROPPED, ShmCallCancel(client, third));
}

TEST_F(Call, IsCancelledWhileAThreadWaitsForIt) {
  const Opened client(L"echo", SHM_CLIENT);
  const ShmToken token = begin(client, "x");
  std::thread waits([&] { EXPECT_EQ(end(client, token).status, SHM_E_CANCELLED); });
  Sleep(kShort);
  EXPECT_SHM(SHM_OK, ShmCallCancel(client, token));
  waits.join();
  std::thread calls([&] { EXPECT_EQ(answer_of(client, "y").status, SHM_E_CANCELLED); });
  Sleep(kShort);
  EXPECT_SHM(SHM_OK, ShmSetCancelled(client, 1));
  calls.join();
  EXPECT_SHM(SHM_OK, ShmSetCancelled(client, 0));
  const Opened server(L"echo", SHM_SERVER);
  EXPECT_EQ(serve(server, kShort).status, SHM_E_EMPTY) << "both were given up";
}

TEST_F(Call, WaitsWhereAsManyAreUnderWayAsMayBe) {
  const Opened client(L"few", SHM_CLIENT);
  const ShmToken first = begin(client, "1");
  begin(client, "2");
  ShmToken third = 0;
  EXPECT_SHM(SHM_E_FULL, ShmCallBegin(client, "3", 1, &third, 0));
  EXPECT_SHM(SHM_E_FULL, ShmCallBegin(client, "3", 1, &third, kShort));
  EXPECT_EQ(third, 0u);
  std::thread waits([&] { EXPECT_SHM(SHM_OK, ShmCallBegin(client, "3", 1, &third, kPatience)); });
  Sleep(kShort);
  EXPECT_SHM(SHM_OK, ShmCallCancel(client, first));
  waits.join();
  EXPECT_NE(third, 0u);
}

TEST_F(Call, ThatWaitsForRoomIsBegunWhenAnotherOneEndsAndCanBeCancelled) {
  const Opened client(L"few", SHM_CLIENT);
  ShmToken first = begin(client, "1");
  begin(client, "2");
  for (int i = 0; i < 50; ++i) {
    ShmToken next = 0;
    std::thread waits([&] { EXPECT_SHM(SHM_OK, ShmCallBegin(client, "3", 1, &next, kPatience)); });
    if (i % 2 == 0) Sleep(1);
    EXPECT_SHM(SHM_OK, ShmCallCancel(client, first));
    waits.join();
    first = next;
  }
  std::thread waits([&] {
    ShmToken none = 0;
    EXPECT_SHM(SHM_E_CANCELLED, ShmCallBegin(client, "4", 1, &none, kPatience));
  });
  Sleep(kShort);
  EXPECT_SHM(SHM_OK, ShmCancel(client));
  waits.join();
}

TEST_F(Call, OfAClientTooManyIsRefused) {
  std::vector<std::unique_ptr<Opened>> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(std::make_unique<Opened>(L"few", SHM_CLIENT));
  const ShmOptions options = options_for(SHM_CLIENT);
  ShmChannel none = 0;
  EXPECT_SHM(SHM_E_BUSY, ShmOpen(L"few", &options, &none));
  clients.pop_back();
  const Opened again(L"few", SHM_CLIENT);
}

TEST_F(Call, LargerThanMayBeIsRefusedBeforeItBegins) {
  const Opened server(L"echo", SHM_SERVER);
  const Opened client(L"echo", SHM_CLIENT);
  EXPECT_EQ(answer_of(client, std::string(257, 'x')).status, SHM_E_SIZE);
  const ShmToken token = begin(client, std::string(256, 'x'));
  char little[4];
  size_t size = 0;
  ShmToken taken = 0;
  EXPECT_SHM(SHM_E_BUFFER, ShmServe(server, little, sizeof little, &size, &taken, kPatience));
  EXPECT_EQ(size, 256u);
  const Taken whole = serve(server);
  EXPECT_EQ(whole.request, std::string(256, 'x')) << "it has stayed";
  EXPECT_SHM(SHM_E_SIZE, give(server, whole.token, std::string(257, 'y')));
  EXPECT_SHM(SHM_OK, give(server, whole.token, std::string(256, 'y')));
  EXPECT_SHM(SHM_E_BUFFER, ShmCallEnd(client, token, little, sizeof little, &size, kPatience));
  EXPECT_EQ(size, 256u);
  EXPECT_EQ(end(client, token), (Answer{SHM_OK, std::string(256, 'y')})) << "it has stayed, too";
}

TEST_F(Call, TellsWhoseItIs) {
  const Opened server(L"echo", SHM_SERVER);
  Peer peer;
  const ShmChannel client = peer.open("echo", "w");
  peer.begin("call " + std::to_string(client) + " 5000 who");
  const Taken taken = serve(server);
  ShmCaller caller{};
  caller.size = sizeof caller;
  EXPECT_SHM(SHM_OK, ShmGetCaller(server, taken.token, &caller));
  EXPECT_EQ(caller.pid, peer.pid());
  DWORD session = 0;
  EXPECT_TRUE(ProcessIdToSessionId(peer.pid(), &session));
  EXPECT_EQ(caller.session, session);
  EXPECT_EQ(std::wstring(caller.account), win::process_user());
  EXPECT_EQ(caller.flags, SHM_CALLER_WAITS);
  ShmCallerUtf8 narrow{};
  narrow.size = sizeof narrow;
  EXPECT_SHM(SHM_OK, ShmGetCallerUtf8(server, taken.token, &narrow));
  EXPECT_EQ(narrow.pid, peer.pid());
  EXPECT_EQ(std::string(narrow.account), win::display_utf8(caller.account));
  EXPECT_SHM(SHM_OK, give(server, taken.token, "you"));
  EXPECT_EQ(peer.finish(), (Answer{SHM_OK, "you"}));
  EXPECT_SHM(SHM_E_STATE, ShmGetCaller(server, taken.token, &caller));
}

TEST_F(Call, SetsTheEventOfAServerThatWaitsForIt) {
  const Opened server(L"echo", SHM_SERVER);
  const Opened client(L"echo", SHM_CLIENT);
  void* event = nullptr;
  EXPECT_SHM(SHM_OK, ShmGetWaitHandle(server, &event));
  EXPECT_EQ(WaitForSingleObject(event, kShort), static_cast<DWORD>(WAIT_TIMEOUT));
  begin(client, "1");
  EXPECT_EQ(WaitForSingleObject(event, kPatience), WAIT_OBJECT_0);
  EXPECT_EQ(serve(server, 0).request, "1");
  EXPECT_EQ(serve(server, 0).status, SHM_E_EMPTY);
  begin(client, "2");
  EXPECT_EQ(WaitForSingleObject(event, kPatience), WAIT_OBJECT_0);
  const Opened queue(L"queue", SHM_READ);
  const ShmChannel both[] = {queue, server};
  uint32_t index = 0;
  EXPECT_SHM(SHM_OK, ShmWaitAny(both, 2, &index, kPatience));
  EXPECT_EQ(index, 1u);
}

TEST_F(Call, IsNotForOtherKindsNorMessagesForAService) {
  const Opened queue(L"queue");
  const Opened server(L"echo", SHM_SERVER);
  const Opened client(L"echo", SHM_CLIENT);
  std::string answer;
  EXPECT_SHM(SHM_E_KIND, call(queue, "x", answer));
  EXPECT_EQ(serve(queue).status, SHM_E_KIND);
  EXPECT_SHM(SHM_E_KIND, give(queue, 1, ""));
  EXPECT_SHM(SHM_E_KIND, write(client, "x"));
  EXPECT_SHM(SHM_E_KIND, read(server).status);
  EXPECT_SHM(SHM_E_ACCESS, call(server, "x", answer));
  EXPECT_EQ(serve(client).status, SHM_E_ACCESS);
}

// ---- deaths

TEST_F(Call, KnowsSoonThatTheServerThatHadTakenItIsDead) {
  const Opened client(L"echo", SHM_CLIENT);
  Peer server;
  const ShmChannel there = server.open("echo", "r");
  const ShmToken taken = begin(client, "taken");
  EXPECT_EQ(server.ask("serve " + std::to_string(there) + " 5000").status, SHM_OK);
  const ShmToken waiting = begin(client, "waiting");
  server.kill();
  EXPECT_EQ(end(client, taken).status, SHM_E_PEER_DIED);
  EXPECT_EQ(end(client, waiting, kShort).status, SHM_E_EMPTY) << "nobody had taken it";
  const Server next;
  EXPECT_EQ(end(client, waiting), (Answer{SHM_OK, "waiting"}));
}

TEST_F(Call, KnowsThatTheServerThatHadTakenItHasClosed) {
  const Opened client(L"echo", SHM_CLIENT);
  auto server = std::make_unique<Opened>(L"echo", SHM_SERVER);
  const ShmToken token = begin(client, "x");
  EXPECT_EQ(serve(*server).status, SHM_OK);
  server.reset();
  EXPECT_EQ(end(client, token).status, SHM_E_PEER_DIED);
}

TEST_F(Call, OfADeadClientIsDropped) {
  const Opened server(L"echo", SHM_SERVER);
  Peer peer;
  const ShmChannel there = peer.open("echo", "w");
  peer.begin("call " + std::to_string(there) + " 5000 last");
  const Taken taken = serve(server);
  EXPECT_EQ(taken.request, "last");
  peer.kill();
  EXPECT_TRUE(eventually([&] { return info_of(server).writers == 0; }));
  EXPECT_SHM(SHM_S_DROPPED, give(server, taken.token, "late"));
  const Opened client(L"echo", SHM_CLIENT);  // in the same slot
  const ShmToken token = begin(client, "next");
  EXPECT_EQ(SHM_E_STATE, give(server, taken.token, "not for you")) << "it is answered already";
  const Taken next = serve(server);
  EXPECT_EQ(next.request, "next");
  EXPECT_SHM(SHM_OK, give(server, next.token, "for you"));
  EXPECT_EQ(end(client, token), (Answer{SHM_OK, "for you"}));
}

TEST_F(Call, GoesOnWhileTheServiceIsAwayAndWhenItIsBack) {
  const Opened server(L"echo", SHM_SERVER);
  const Opened client(L"echo", SHM_CLIENT);
  const auto exchange = [&](const std::string& text) {
    const ShmToken token = begin(client, text);
    EXPECT_SHM(SHM_OK, give(server, serve(server).token, text));
    EXPECT_EQ(end(client, token), (Answer{SHM_OK, text}));
  };
  exchange("before");
  Peer other;
  const ShmChannel there = other.open("echo", "r");
  const ShmToken taken = begin(client, "taken");
  EXPECT_EQ(other.ask("serve " + std::to_string(there) + " 5000").status, SHM_OK);
  service.kill();
  exchange("away");
  other.kill();  // the service learns of it when it is back
  EXPECT_EQ(end(client, taken, kShort).status, SHM_E_EMPTY);
  service.start();
  EXPECT_EQ(end(client, taken).status, SHM_E_PEER_DIED);
  exchange("back");
  const Opened newcomer(L"echo", SHM_CLIENT);
  const ShmToken token = begin(newcomer, "new");
  EXPECT_SHM(SHM_OK, give(server, serve(server).token, "new"));
  EXPECT_EQ(end(newcomer, token), (Answer{SHM_OK, "new"}));
}

TEST_F(Call, EndsWithTheChannel) {
  const Opened client(L"echo", SHM_CLIENT);
  const Opened server(L"echo", SHM_SERVER);
  std::thread waits([&] { EXPECT_EQ(answer_of(client, "x").status, SHM_E_CLOSED); });
  EXPECT_EQ(serve(server).status, SHM_OK);
  service.configure(config_of({queue("queue")}));
  EXPECT_TRUE(service.reload());
  waits.join();
  EXPECT_EQ(serve(server).status, SHM_E_CLOSED);
}

TEST_F(Call, EndsWithItsHandle) {
  Opened client(L"echo", SHM_CLIENT);
  const Opened server(L"echo", SHM_SERVER);
  std::thread waits([&] { EXPECT_EQ(answer_of(client, "x").status, SHM_E_CLOSED); });
  const Taken taken = serve(server);
  EXPECT_EQ(taken.status, SHM_OK);
  client.close();
  waits.join();
  EXPECT_SHM(SHM_S_DROPPED, give(server, taken.token, "late"));
}

}  // namespace
}  // namespace shmbroker::tests
