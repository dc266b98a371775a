// Clients, servers and the service die at each place of a call: the others know what became of it, and go on.
#include <windows.h>

#include <cctype>
#include <optional>
#include <thread>

#include "tests/crash/leaks.h"
#include "tests/crash/mortal_service.h"
#include "tests/crash/victim.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

constexpr uint32_t kSoon = 10'000;  // milliseconds: far more than it takes

std::string channels() {
  return config_of({R"({ "name": "calls", "kind": "service", "max_request": 256, "max_answer": 256,
                         "access": { "call": ["Everyone"], "serve": ["Everyone"] } })"});
}

Answer call(ShmChannel channel, const std::string& request) {
  std::string answer(256, '\0');
  size_t size = 0;
  const int32_t status =
      ShmCall(channel, request.data(), request.size(), answer.data(), answer.size(), &size, kSoon);
  answer.resize(status == SHM_OK ? size : 0);
  return {status, answer};
}

// Answers each request with itself.
class Echo {
 public:
  Echo() : channel_(L"calls", SHM_SERVER) {
    thread_ = std::thread([this] {
      char request[256];
      size_t size = 0;
      ShmToken token = 0;
      while (ShmServe(channel_, request, sizeof request, &size, &token, SHM_INFINITE) == SHM_OK)
        ShmAnswer(channel_, token, request, size);
    });
  }
  ~Echo() {
    ShmSetCancelled(channel_, 1);
    thread_.join();
  }
  ShmChannel channel() const { return channel_; }

 private:
  Opened channel_;
  std::thread thread_;
};

struct Death {
  const char* point;
  int32_t status;  // what the client of the call is told
  int pass = 1;
};
void PrintTo(const Death& death, std::ostream* out) { *out << death.point << " pass " << death.pass; }
std::string title(const testing::TestParamInfo<Death>& info) {
  std::string title = info.param.point;
  for (char& c : title) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return title + "_" + std::to_string(info.param.pass);
}

class CallDeath : public ServiceTest, public testing::WithParamInterface<Death> {
 protected:
  CallDeath() : ServiceTest(channels()) {}
};

class CallsClient : public ServiceTest {
 protected:
  CallsClient() : ServiceTest(channels()) {}
};

using ServerDeath = CallDeath;
TEST_P(ServerDeath, IsToldToTheClientOfWhatItHadTaken) {
  const Opened client(L"calls", SHM_CLIENT);
  Victim victim(GetParam().point, GetParam().pass);
  victim.perform({"open r calls", "echo $"});
  Answer last{SHM_OK, {}};
  for (int i = 1; i <= GetParam().pass && last.status == SHM_OK; ++i) {
    last = call(client, "call " + std::to_string(i));
    EXPECT_TRUE(last.status != SHM_OK || last.text == "call " + std::to_string(i)) << last.text;
  }
  EXPECT_SHM(GetParam().status, last.status);
  EXPECT_TRUE(dies_at_its_point(victim.child()));
  const Echo next;
  EXPECT_EQ(call(client, "next"), (Answer{SHM_OK, "next"}));
  EXPECT_TRUE(eventually([&] { return info_of(client).readers == 1; }));
}
INSTANTIATE_TEST_SUITE_P(
    At, ServerDeath,
    testing::Values(Death{"call.taken", SHM_E_PEER_DIED}, Death{"call.taken", SHM_E_PEER_DIED, 3},
                    Death{"copy.half-read", SHM_E_PEER_DIED}, Death{"call.answering", SHM_E_PEER_DIED},
                    Death{"copy.half-written", SHM_E_PEER_DIED, 2}, Death{"call.answered", SHM_OK}),
    title);

using ClientDeath = CallDeath;
TEST_P(ClientDeath, HoldsNobodyUp) {
  // Where a client is to fall asleep, nobody answers it before.
  const bool is_to_sleep = std::string(GetParam().point) == "client.marked";
  std::optional<Echo> server;
  if (!is_to_sleep) server.emplace();
  Victim victim(GetParam().point, GetParam().pass);
  victim.perform({"open w calls", "call $ 5000 last words"});
  EXPECT_TRUE(dies_at_its_point(victim.child()));
  if (is_to_sleep) server.emplace();
  const Opened client(L"calls", SHM_CLIENT);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(call(client, std::to_string(i)), (Answer{SHM_OK, std::to_string(i)}));
  EXPECT_TRUE(eventually([&] { return info_of(client).writers == 1; }));
}
INSTANTIATE_TEST_SUITE_P(At, ClientDeath,
                         testing::Values(Death{"copy.half-written", 0}, Death{"call.filled", 0},
                                         Death{"call.posted", 0}, Death{"call.rung", 0},
                                         Death{"client.marked", 0}),
                         title);

// Where the client has not fallen asleep yet when it is answered, there is nobody to wake, and another round.
TEST_F(CallsClient, IsWokenThoughTheServerDiesBeforeItDoesThat) {
  const Opened client(L"calls", SHM_CLIENT);
  Victim victim("call.client-unwoken");
  EXPECT_SHM(SHM_OK, victim.ask("open r calls").status);
  for (int round = 0; round < 100; ++round) {
    std::thread waits([&] { EXPECT_EQ(call(client, "x"), (Answer{SHM_OK, "y"})); });
    const std::string taken = victim.ask("serve $ 10000").text;
    victim.begin("answer $ " + taken.substr(0, taken.find(' ')) + " y");
    waits.join();
    try {
      victim.child().receive();
    } catch (const std::runtime_error&) {
      break;
    }
  }
  EXPECT_TRUE(dies_at_its_point(victim.child()));
}

TEST_F(CallsClient, ThatDiesWhileItOpensHoldsNobodyUp) {
  const Echo server;
  Victim victim("open.mapped");
  victim.begin("open w calls");
  EXPECT_TRUE(dies_at_its_point(victim.child()));
  const Opened client(L"calls", SHM_CLIENT);
  EXPECT_EQ(call(client, "next"), (Answer{SHM_OK, "next"}));
  EXPECT_TRUE(eventually([&] { return info_of(client).writers == 1; }));
}

// ---- the service

class BrokerDeath : public testing::TestWithParam<Death> {
 protected:
  BrokerDeath() : service_(channels()) {}
  MortalService service_;
};

// It dies while it admits a client, clears up after one, or after a server: the next one finds all.
TEST_P(BrokerDeath, LosesNoCall) {
  service_.start();
  const Opened client(L"calls", SHM_CLIENT);
  auto echo = std::make_unique<Echo>();
  EXPECT_EQ(call(client, "before"), (Answer{SHM_OK, "before"}));
  Victim server("");
  echo.reset();
  EXPECT_SHM(SHM_OK, server.ask("open r calls").status);
  ShmToken taken = 0;
  EXPECT_SHM(SHM_OK, ShmCallBegin(client, "taken", 5, &taken, 0));
  EXPECT_SHM(SHM_OK, server.ask("serve $ 10000").status);
  service_.kill();
  service_.start_until(GetParam().point, GetParam().pass);
  // Whatever of this it comes to before it dies.
  Victim other("");
  other.begin("open w calls");
  other.child().kill();
  server.child().kill();
  service_.expect_death();
  service_.start();
  char answer[256];
  size_t size = 0;
  EXPECT_SHM(SHM_E_PEER_DIED, ShmCallEnd(client, taken, answer, sizeof answer, &size, kSoon));
  const Echo next;
  EXPECT_EQ(call(client, "after"), (Answer{SHM_OK, "after"}));
  EXPECT_TRUE(eventually([&] { return info_of(client).writers == 1 && info_of(client).readers == 1; }));
}
INSTANTIATE_TEST_SUITE_P(At, BrokerDeath,
                         testing::Values(Death{"adopt.desk", 0}, Death{"call.swept", 0},
                                         Death{"call.swept", 0, 2}),
                         title);

}  // namespace
}  // namespace shmbroker::tests
