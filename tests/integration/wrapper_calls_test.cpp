// The C++ wrapper's calls: what it gives up and refuses by itself, and what it throws.
#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "shmbroker/shmbroker.hpp"
#include "tests/support/service_fixture.h"
#include "tests/support/text_bytes.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

static_assert(!std::is_copy_constructible_v<Call> && std::is_nothrow_move_constructible_v<Call>);
static_assert(!std::is_copy_constructible_v<Request> && std::is_nothrow_move_constructible_v<Request>);

class WrapperCalls : public ServiceTest {
 protected:
  WrapperCalls()
      : ServiceTest(
            config_of({R"({ "name": "service", "kind": "service", "max_request": 64, "max_answer": 128,
                                    "max_calls": 2 })"})) {}

  void SetUp() override {
    ServiceTest::SetUp();
    server_ = Channel(L"service", {.access = SHM_SERVER});
    client_ = Channel(L"service", {.access = SHM_CLIENT});
  }

  std::byte request_room_[64]{};
  std::byte answer_room_[128]{};
  Channel server_;
  Channel client_;
};

TEST_F(WrapperCalls, ComeBackWithTheirAnswers) {
  EXPECT_EQ(client_.max_message(), 64u);
  EXPECT_EQ(client_.max_answer(), 128u);
  std::thread serves([&] {
    for (int i = 0; i < 10; ++i) {
      Request request(server_, request_room_);
      EXPECT_EQ(request.caller().pid, GetCurrentProcessId());
      EXPECT_TRUE(request.answer(bytes("to " + text(request.data()))));
      EXPECT_FALSE(request) << "it is answered";
    }
  });
  for (int i = 0; i < 10; ++i) {
    const std::string asked = std::to_string(i);
    EXPECT_EQ(text(call(client_, bytes(asked), answer_room_)), "to " + asked);
  }
  serves.join();
}

TEST_F(WrapperCalls, EndInAnyOrder) {
  Call first(client_, bytes("first"));
  Call second(client_, bytes("second"));
  Status status = SHM_OK;
  first.end(answer_room_, 0, status);
  EXPECT_EQ(status, SHM_E_EMPTY);
  EXPECT_TRUE(first) << "it goes on";
  for (int i = 0; i < 2; ++i) {
    Request request(server_, request_room_, 0);
    request.answer(request.data());
  }
  Call moved = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_EQ(text(second.end(answer_room_)), "second");
  EXPECT_EQ(text(moved.end(answer_room_)), "first");
  EXPECT_THROW(moved.end(answer_room_), Error) << "it has ended";
}

TEST_F(WrapperCalls, AreGivenUpByWhoDropsThem) {
  { const Call dropped(client_, bytes("dropped")); }
  EXPECT_FALSE(Request(server_, request_room_, 0)) << "nobody takes it any more";
  Call taken(client_, bytes("taken"));
  Request request(server_, request_room_, 0);
  EXPECT_EQ(taken.give_up(), SHM_E_UNANSWERED);
  EXPECT_FALSE(request.answer(bytes("to nobody")));
}

TEST_F(WrapperCalls, ThrowWhatTheServerRefuses) {
  Call refused(client_, bytes("x"));
  Request(server_, request_room_, 0).refuse(42, L"not on Sundays");
  try {
    refused.end(answer_room_);
    FAIL() << "it was refused";
  } catch (const Refused& error) {
    EXPECT_EQ(error.status(), SHM_E_REFUSED);
    EXPECT_EQ(error.code(), 42);
    EXPECT_THAT(error.what(), HasSubstr("not on Sundays"));
  }
}

TEST_F(WrapperCalls, AreRefusedWhereTheServerDropsThem) {
  Call call(client_, bytes("x"));
  EXPECT_TRUE(Request(server_, request_room_, 0)) << "and goes";
  EXPECT_THROW(call.end(answer_room_), Refused);
}

TEST_F(WrapperCalls, OfAnAnswerTooLongCanStillBeAnswered) {
  Call call(client_, bytes("x"));
  Request request(server_, request_room_, 0);
  Status status = SHM_OK;
  request.answer(std::vector<std::byte>(129), status);
  EXPECT_EQ(status, SHM_E_SIZE);
  EXPECT_TRUE(request);
  EXPECT_TRUE(request.answer(bytes("short")));
  EXPECT_EQ(text(call.end(answer_room_)), "short");
}

}  // namespace
}  // namespace shmbroker::tests
