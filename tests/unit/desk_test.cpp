// A call's way through a desk: who may take it further from where, and what nobody may.
#include <gtest/gtest.h>

#include <vector>

#include "core/serve_times.h"
#include "tests/support/desk_fixture.h"

namespace shmbroker::core {
namespace {

using Given = DeskServer::Given;
using GivenUp = DeskClient::GivenUp;

constexpr uint32_t kCall = 1;
constexpr uint32_t kNumber = 7;

class DeskTest : public testing::Test {
 protected:
  void post(uint32_t call = kCall, uint32_t number = kNumber) const {
    one.client.post(call, number, bytes("request"));
  }
  bool take(uint32_t server, uint32_t call = kCall) const { return one.server(server).take(call, kNumber); }
  Given answer(uint32_t server, uint32_t number = kNumber) const {
    return one.server(server).answer(kCall, number, bytes("answer"));
  }

  const OneDesk one{service_of(100, 100, 4)};
};

TEST_F(DeskTest, TakesARequestThereAndAnAnswerBack) {
  EXPECT_EQ(one.server(3).find_posted(0), DeskServer::kNone);
  post();
  EXPECT_EQ(one.server(3).find_posted(0), kCall);
  EXPECT_EQ(one.request(kCall), "request");
  EXPECT_FALSE(one.client.is_taken(kCall, kNumber));
  EXPECT_TRUE(take(3));
  EXPECT_FALSE(one.client.is_free(kCall));
  EXPECT_TRUE(one.client.is_taken(kCall, kNumber));
  EXPECT_FALSE(one.client.has_ended(kCall, kNumber));
  EXPECT_EQ(answer(3), Given::ok);
  EXPECT_TRUE(one.client.has_ended(kCall, kNumber));
  EXPECT_EQ(one.client.outcome(kCall, kNumber).state, CallState::answered);
  EXPECT_EQ(one.answer(kCall), "answer");
  EXPECT_TRUE(one.client.is_free(kCall));
  EXPECT_EQ(one.server(3).find_posted(0), DeskServer::kNone);
}

TEST_F(DeskTest, GivesACallToOneServer) {
  post();
  EXPECT_TRUE(take(3));
  EXPECT_FALSE(take(4));
  EXPECT_FALSE(take(3));
  EXPECT_EQ(answer(4), Given::not_ours) << "it is another server's";
  EXPECT_EQ(answer(3, kNumber + 1), Given::not_ours) << "it is another call";
  EXPECT_EQ(answer(3), Given::ok);
}

TEST_F(DeskTest, TakesOneAnswer) {
  post();
  take(3);
  EXPECT_EQ(answer(3), Given::ok);
  EXPECT_EQ(answer(3), Given::not_ours);
  EXPECT_EQ(one.server(3).refuse(kCall, kNumber, 1, {}), Given::not_ours);
  post(kCall, kNumber + 1);
  EXPECT_EQ(answer(3), Given::not_ours) << "of the call that was there before";
}

TEST_F(DeskTest, TellsARefusalFromAnAnswer) {
  post();
  take(3);
  EXPECT_EQ(one.server(3).refuse(kCall, kNumber, -12, bytes("no")), Given::ok);
  const Outcome outcome = one.client.outcome(kCall, kNumber);
  EXPECT_EQ(outcome.state, CallState::refused);
  EXPECT_EQ(outcome.code, -12);
  EXPECT_EQ(one.answer(kCall), "no");
}

TEST_F(DeskTest, WithdrawsWhatNobodyHasTaken) {
  post();
  EXPECT_EQ(one.client.give_up(kCall, kNumber), GivenUp::withdrawn);
  EXPECT_TRUE(one.client.is_free(kCall));
  EXPECT_EQ(one.server(3).posted(kCall), 0u);
  EXPECT_FALSE(take(3));
}

// A server that has seen the call, and was slow to take it.
TEST_F(DeskTest, GivesNoCallThatAnotherOneHasReplaced) {
  post();
  EXPECT_EQ(one.server(3).posted(kCall), kNumber);
  one.client.give_up(kCall, kNumber);
  post(kCall, kNumber + 1);
  EXPECT_FALSE(take(3)) << "its client has withdrawn it";
  EXPECT_TRUE(one.server(4).take(kCall, kNumber + 1));
  EXPECT_EQ(answer(4, kNumber + 1), Given::ok);
  EXPECT_FALSE(take(3)) << "the one that took its place has ended";
  EXPECT_EQ(one.client.outcome(kCall, kNumber + 1).state, CallState::answered);
}

TEST_F(DeskTest, NumbersBeginAnew) {
  post(kCall, UINT32_MAX);
  EXPECT_TRUE(one.server(3).take(kCall, UINT32_MAX));
  EXPECT_EQ(answer(3, UINT32_MAX), Given::ok);
  post(kCall, 1);
  EXPECT_EQ(one.server(3).posted(kCall), 1u);
  EXPECT_TRUE(one.server(3).take(kCall, 1));
}

TEST_F(DeskTest, KeepsTheRoomOfAnAbandonedCallUntilItsServerIsDone) {
  post();
  take(3);
  EXPECT_EQ(one.client.give_up(kCall, kNumber), GivenUp::abandoned);
  EXPECT_FALSE(one.client.is_free(kCall));
  bool waited_for = true;
  EXPECT_TRUE(one.server(3).has_taken(kCall, kNumber, waited_for));
  EXPECT_FALSE(waited_for);
  EXPECT_EQ(answer(4), Given::not_ours);
  EXPECT_EQ(answer(3), Given::dropped);
  EXPECT_TRUE(one.client.is_free(kCall));
  EXPECT_EQ(answer(3), Given::not_ours);
}

TEST_F(DeskTest, KeepsAnAnswerThatCameBeforeTheCallWasGivenUp) {
  post();
  take(3);
  answer(3);
  EXPECT_EQ(one.client.give_up(kCall, kNumber), GivenUp::ended);
  EXPECT_EQ(one.answer(kCall), "answer");
}

TEST_F(DeskTest, EndsWhatADeadServerHadTaken) {
  post(0);
  post(1);
  post(2);
  post(3);
  take(3, 0);
  take(4, 1);
  take(3, 2);
  one.client.give_up(2, kNumber);
  const Swept swept = sweep_calls(one.desk, uint64_t{1} << 4);
  EXPECT_TRUE(swept.ended);
  EXPECT_TRUE(swept.posted);
  EXPECT_EQ(one.client.outcome(0, kNumber).state, CallState::died);
  EXPECT_TRUE(one.client.has_ended(0, kNumber));
  EXPECT_FALSE(one.client.has_ended(1, kNumber)) << "its server lives";
  EXPECT_TRUE(one.client.is_free(2)) << "nobody waits for it";
  EXPECT_FALSE(one.client.is_taken(3, kNumber)) << "another server may take it";
  EXPECT_EQ(one.server(3).answer(0, kNumber, bytes("late")), Given::not_ours);
}

TEST_F(DeskTest, IsSweptAgainWithoutHarm) {
  post();
  take(3);
  sweep_calls(one.desk, 0);
  EXPECT_TRUE(sweep_calls(one.desk, 0).ended) << "its client may not have been woken";
  EXPECT_EQ(one.client.outcome(kCall, kNumber).state, CallState::died);
}

TEST_F(DeskTest, HasAnOutcomeWhoseServerDiedBeforeItSaidSo) {
  post();
  take(3);
  answer(3);
  one.desk.answer(kCall).finished.store(0);  // the word says it, and the server says so next
  EXPECT_FALSE(one.client.is_finished(kCall, kNumber));
  EXPECT_TRUE(one.client.has_ended(kCall, kNumber));
  EXPECT_EQ(one.client.outcome(kCall, kNumber).state, CallState::answered);
  EXPECT_EQ(one.answer(kCall), "answer");
}

TEST_F(DeskTest, CountsTheCallsThatAreUnderWay) {
  EXPECT_EQ(calls_under_way(one.desk), 0u);
  for (uint32_t call = 0; call < 4; ++call) post(call);
  take(3, 0);
  take(3, 1);
  one.client.give_up(0, kNumber);
  one.client.give_up(2, kNumber);
  EXPECT_EQ(calls_under_way(one.desk), 3u) << "one is with a server that does not know yet";
  answer(3);
  EXPECT_EQ(calls_under_way(one.desk), 2u);
}

TEST(ServeTimes, TellThePercentilesOfTheLastRequests) {
  ServeTimes served{};
  std::vector<uint32_t> times;
  collect_served(served, times);
  EXPECT_TRUE(times.empty());
  for (uint32_t i = 1; i <= 1000; ++i) note_served(served, i);
  collect_served(served, times);
  EXPECT_EQ(times.size(), std::size(served.times));
  EXPECT_EQ(percentile(times, 50), 937u);
  EXPECT_EQ(percentile(times, 99), 999u);
  EXPECT_EQ(percentile(times, 100), 1000u);
  std::vector<uint32_t> one = {5};
  EXPECT_EQ(percentile(one, 50), 5u);
}

TEST_F(DeskTest, FindsEachCallInItsTurn) {
  for (uint32_t call = 0; call < 4; ++call) post(call);
  EXPECT_EQ(one.server(3).find_posted(2), 2u);
  take(3, 2);
  EXPECT_EQ(one.server(3).find_posted(2), 3u);
  take(3, 3);
  EXPECT_EQ(one.server(3).find_posted(3), 0u);
}

// What a hostile client writes into its own desk.
TEST_F(DeskTest, IsLookedAtNoFurtherThanItGoes) {
  one.desk.section().used.store(UINT32_MAX);
  EXPECT_EQ(one.desk.used(), 4u);
  EXPECT_EQ(one.server(3).find_posted(UINT32_MAX - 2), DeskServer::kNone);
  one.desk.word(0).store(UINT64_MAX);
  one.desk.word(1).store(pack_call({CallState::taken, 0xFFFF, 1}));
  sweep_calls(one.desk, 0);
  EXPECT_EQ(one.client.outcome(1, 1).state, CallState::died);
  bool waited_for = false;
  EXPECT_FALSE(one.server(3).has_taken(UINT32_MAX, kNumber, waited_for));
}

// A client's requests and answers do not overlap, and lie within its desk.
TEST(CallGeometry, GivesEachCallOfADeskItsOwnRoom) {
  for (const uint64_t request : {0u, 1u, 48u, 49u, 100u}) {
    for (const uint64_t answer : {0u, 500u, 5000u}) {
      const CallGeometry geometry = service_of(request, answer, 3);
      const Memory memory(desk_size(geometry));
      const Desk desk(memory.get(), geometry);
      const std::byte* end = memory.get() + sizeof(DeskSection);
      for (uint32_t call = 0; call < 3; ++call) {
        EXPECT_GE(reinterpret_cast<std::byte*>(&desk.request(call)), end);
        EXPECT_GE(reinterpret_cast<std::byte*>(&desk.answer(call)), desk.request_bytes(call) + request);
        EXPECT_GE(desk.answer_room(), std::max<uint64_t>(answer, kMinAnswerRoom));
        end = desk.answer_bytes(call) + desk.answer_room();
      }
      EXPECT_EQ(end, memory.get() + memory.size());
    }
  }
}

TEST(CallGeometry, RefusesAServiceOutOfRange) {
  for (const CallGeometry& geometry :
       {service_of(100, 100, 0), service_of(100, 100, kMaxCalls + 1), service_of(kMaxCallBytes + 1, 100, 1),
        service_of(100, kMaxCallBytes + 1, 1), service_of(100, 100, 1, kMaxClients + 1),
        service_of(100, 100, 1, 0)}) {
    EXPECT_EQ(desk_size(geometry), 0u);
    EXPECT_EQ(clients_section_size(geometry), 0u);
  }
}

// ---- the way round the clients

class Round : public testing::Test {
 protected:
  Round() {
    for (std::atomic<uint64_t>& present : clients_.present) present.store(UINT64_MAX);
  }
  // What every client has, and takes one of it.
  uint32_t next() {
    const uint32_t client =
        round_.next([this](uint32_t each) { return each < kClients && requests_[each] > 0; });
    if (client != ClientRound::kNone) {
      --requests_[client];
      round_.pass(client);
    }
    return client;
  }
  void request(uint32_t client, uint32_t count = 1) {
    requests_[client] += count;
    ring_bell(bells_, client);
  }

  static constexpr uint32_t kClients = 130;
  Bells bells_{};
  ClientsSection clients_{};
  uint32_t requests_[kClients] = {};
  ClientRound round_{bells_, clients_, kClients};
};

TEST_F(Round, TakesTheClientsOneAfterTheOther) {
  request(5, 1000);
  request(70, 2);
  request(129, 1);
  const uint32_t expected[] = {5, 70, 129, 5, 70, 5, 5};
  for (const uint32_t client : expected) EXPECT_EQ(next(), client);
}

TEST_F(Round, FindsNothingWhereNobodyRings) {
  EXPECT_EQ(next(), ClientRound::kNone);
  requests_[3] = 1;
  EXPECT_EQ(next(), ClientRound::kNone) << "it has not rung";
  EXPECT_EQ(round_.next_of_all([this](uint32_t client) { return requests_[client] > 0; }), 3u);
  EXPECT_EQ(next(), 3u) << "the bell was rung for it";
}

TEST_F(Round, TakesTheBellsOfThoseWhoHaveNothing) {
  for (uint32_t client = 0; client < kClients; ++client) ring_bell(bells_, client);
  EXPECT_EQ(next(), ClientRound::kNone);
  uint32_t rung = 0;
  for (const std::atomic<uint64_t>& word : bells_.rung)
    rung += static_cast<uint32_t>(std::popcount(word.load()));
  EXPECT_LE(rung, 4u);
}

TEST_F(Round, SeesARequestThatComesWhileItTakesTheBell) {
  for (uint32_t client = 0; client < 8; ++client) ring_bell(bells_, client);
  uint32_t looks = 0;
  // The request comes between the first look at client 6 and the second one.
  const uint32_t found = round_.next([&](uint32_t client) { return client == 6 && ++looks == 2; });
  EXPECT_EQ(found, 6u);
  EXPECT_NE(bells_.rung[0].load() & (uint64_t{1} << 6), 0u) << "the next look must find it";
}

}  // namespace
}  // namespace shmbroker::core
