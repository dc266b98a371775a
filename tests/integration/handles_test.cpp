// What callers get wrong: handles, pointers, struct sizes, rights and kinds. Each is a status, and nothing
// else happens.
#include <gmock/gmock.h>
#include <shmbroker/notify_call.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "channel_functions.h"
#include "client_dll/caller_struct.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

template <class Struct>
Struct sized(uint32_t size = sizeof(Struct)) {
  Struct made{};
  made.size = size;
  return made;
}

struct Call {
  const char* name;
  std::function<int32_t(ShmChannel)> make;
};

// Every function that takes a channel, with parameters that are right.
std::vector<Call> all_calls() {
  static char byte = 'x';
  static size_t size = 0;
  static void* memory = nullptr;
  static const void* peeked = nullptr;
  static uint32_t number = 0;
  static ShmMessage message;
  static ShmToken token = 0;
  return {
      {"ShmClose", [](ShmChannel channel) { return ShmClose(channel); }},
      {"ShmCancel", [](ShmChannel channel) { return ShmCancel(channel); }},
      {"ShmSetCancelled", [](ShmChannel channel) { return ShmSetCancelled(channel, 0); }},
      {"ShmGetInfo",
       [info = sized<ShmInfo>()](ShmChannel channel) mutable { return ShmGetInfo(channel, &info); }},
      {"ShmGetInfoUtf8",
       [info = sized<ShmInfoUtf8>()](ShmChannel channel) mutable { return ShmGetInfoUtf8(channel, &info); }},
      {"ShmGetStats",
       [stats = sized<ShmStats>()](ShmChannel channel) mutable { return ShmGetStats(channel, &stats); }},
      {"ShmWrite", [](ShmChannel channel) { return ShmWrite(channel, &byte, 1, 0); }},
      {"ShmWriteBatch",
       [](ShmChannel channel) {
         message = {sizeof message, 0, 0, 0, &byte, 1, 0, 0};
         return ShmWriteBatch(channel, &message, 1, &number, 0);
       }},
      {"ShmRead", [](ShmChannel channel) { return ShmRead(channel, &byte, 1, &size, 0); }},
      {"ShmReadBatch",
       [](ShmChannel channel) {
         message = sized<ShmMessage>();
         return ShmReadBatch(channel, &message, 1, &byte, 1, &number, 0);
       }},
      {"ShmLoan", [](ShmChannel channel) { return ShmLoan(channel, 1, &memory, 0); }},
      {"ShmCommit", [](ShmChannel channel) { return ShmCommit(channel, 1); }},
      {"ShmAbort", [](ShmChannel channel) { return ShmAbort(channel); }},
      {"ShmLock", [](ShmChannel channel) { return ShmLock(channel, &memory, &size, 0); }},
      {"ShmUnlock", [](ShmChannel channel) { return ShmUnlock(channel, 1); }},
      {"ShmFlush", [](ShmChannel channel) { return ShmFlush(channel); }},
      {"ShmPeek", [](ShmChannel channel) { return ShmPeek(channel, &peeked, &size, 0); }},
      {"ShmRelease", [](ShmChannel channel) { return ShmRelease(channel); }},
      {"ShmGetWaitHandle", [](ShmChannel channel) { return ShmGetWaitHandle(channel, &memory); }},
      {"ShmNotifyCall", [](ShmChannel channel) { return ShmNotifyCall(channel, nullptr, nullptr); }},
      {"ShmNotifyPipe", [](ShmChannel channel) { return ShmNotifyPipe(channel, nullptr); }},
      {"ShmNotifyWindow", [](ShmChannel channel) { return ShmNotifyWindow(channel, nullptr, 0, 0); }},
      {"ShmWaitAny", [](ShmChannel channel) { return ShmWaitAny(&channel, 1, &number, 0); }},
      {"ShmCall", [](ShmChannel channel) { return ShmCall(channel, &byte, 1, &byte, 1, &size, 0); }},
      {"ShmCallBegin", [](ShmChannel channel) { return ShmCallBegin(channel, &byte, 1, &token, 0); }},
      {"ShmCallEnd", [](ShmChannel channel) { return ShmCallEnd(channel, 1, &byte, 1, &size, 0); }},
      {"ShmCallLoan", [](ShmChannel channel) { return ShmCallLoan(channel, 1, &memory, &token, 0); }},
      {"ShmCallCommit", [](ShmChannel channel) { return ShmCallCommit(channel, 1, 1); }},
      {"ShmCallPeek", [](ShmChannel channel) { return ShmCallPeek(channel, 1, &peeked, &size, 0); }},
      {"ShmCallRelease", [](ShmChannel channel) { return ShmCallRelease(channel, 1); }},
      {"ShmServePeek", [](ShmChannel channel) { return ShmServePeek(channel, &peeked, &size, &token, 0); }},
      {"ShmAnswerLoan", [](ShmChannel channel) { return ShmAnswerLoan(channel, 1, &memory, &size); }},
      {"ShmCallCancel", [](ShmChannel channel) { return ShmCallCancel(channel, 1); }},
      {"ShmServe", [](ShmChannel channel) { return ShmServe(channel, &byte, 1, &size, &token, 0); }},
      {"ShmAnswer", [](ShmChannel channel) { return ShmAnswer(channel, 1, &byte, 1); }},
      {"ShmRefuse", [](ShmChannel channel) { return ShmRefuse(channel, 1, 0, L"no"); }},
      {"ShmRefuseUtf8", [](ShmChannel channel) { return ShmRefuseUtf8(channel, 1, 0, "no"); }},
      {"ShmGetCaller", [caller = sized<ShmCaller>()](
                           ShmChannel channel) mutable { return ShmGetCaller(channel, 1, &caller); }},
      {"ShmGetCallerUtf8", [caller = sized<ShmCallerUtf8>()](
                               ShmChannel channel) mutable { return ShmGetCallerUtf8(channel, 1, &caller); }},
  };
}

std::vector<Call> calls_but(std::initializer_list<std::string> left_out) {
  std::vector<Call> calls = all_calls();
  std::erase_if(calls, [&](const Call& call) { return std::ranges::count(left_out, call.name) != 0; });
  return calls;
}

class Handles : public ServiceTest {
 protected:
  Handles() : ServiceTest(config_of({block("MapName"), topic("topic", "wait"), queue("queue")})) {}

  static void expect_no_handle(ShmChannel handle) {
    for (const Call& call : all_calls()) {
      SCOPED_TRACE(std::string(call.name) + " with handle " + std::to_string(handle));
      EXPECT_SHM(SHM_E_HANDLE, call.make(handle));
      EXPECT_STREQ(ShmLastErrorTextUtf8(), ShmErrorTextUtf8(SHM_E_HANDLE));
    }
  }
};

TEST_F(Handles, TestsHereKnowEveryFunctionOfTheHeaderThatTakesAChannel) {
  std::vector<std::string> known;
  for (const Call& call : all_calls()) known.push_back(call.name);
  EXPECT_THAT(known, testing::UnorderedElementsAreArray(kChannelFunctions));
}

TEST_F(Handles, NeverGivenOutAreRefusedByEveryFunction) {
  const Opened real(L"MapName");
  write(real, "kept");
  const ShmChannel handle = real;
  for (const ShmChannel forged : {0u, 1u, 0xFFFFu, 0xFFFFFFFFu, 0x80000000u, handle ^ 1u, handle ^ 0xFFFu,
                                  handle ^ 0x1000u, handle ^ 0x80000000u, handle & 0xFFFu}) {
    expect_no_handle(forged);
  }
  EXPECT_EQ(read(real), (Answer{SHM_OK, "kept"})) << "nothing was touched";
}

TEST_F(Handles, ClosedAreRefusedByEveryFunction) {
  for (const wchar_t* name : {L"MapName", L"topic", L"queue"}) {
    Opened channel(name);
    const ShmChannel stale = channel;
    channel.close();
    expect_no_handle(stale);
  }
}

// The table of handles has 4,096 places. Opens that fail go through them too.
TEST_F(Handles, StaleStaysStaleWhenItsPlaceIsUsedAgain) {
  constexpr ShmChannel kPlaces = 4096;
  Opened first(L"MapName");
  const ShmChannel stale = first;
  first.close();
  service.stop();
  ShmChannel ignored = 0;
  for (ShmChannel i = 1; i < kPlaces; ++i)
    ASSERT_SHM(SHM_E_NO_SERVICE, ShmOpen(L"MapName", nullptr, &ignored));
  service.start();
  const Opened second(L"MapName");
  ASSERT_EQ(second % kPlaces, stale % kPlaces) << "it must be in the same place, or this shows nothing";
  EXPECT_NE(second, stale);
  expect_no_handle(stale);
  EXPECT_SHM(SHM_OK, write(second, "alive"));
}

TEST_F(Handles, ThatMayOnlyReadWriteNothing) {
  for (const wchar_t* name : {L"MapName", L"topic", L"queue"}) {
    const Opened reader(name, SHM_READ);
    for (const Call& call : all_calls()) {
      const std::string function = call.name;
      if (function != "ShmWrite" && function != "ShmWriteBatch") continue;
      EXPECT_SHM(SHM_E_ACCESS, call.make(reader)) << function;
    }
    void* memory = nullptr;
    const bool is_block = info_of(reader).kind == SHM_BLOCK;
    EXPECT_SHM(SHM_E_ACCESS,
               is_block ? ShmLock(reader, &memory, nullptr, 0) : ShmLoan(reader, 1, &memory, 0));
    EXPECT_EQ(info_of(reader).access, SHM_READ);
    EXPECT_EQ(stats_of(reader).sequence, 0u);
  }
}

TEST_F(Handles, ThatMayOnlyWriteReadNothing) {
  for (const wchar_t* name : {L"MapName", L"topic", L"queue"}) {
    const Opened writer(name, SHM_WRITE);
    write(writer, "x");
    for (const Call& call :
         calls_but({"ShmClose",        "ShmCancel",     "ShmSetCancelled", "ShmGetInfo",     "ShmGetInfoUtf8",
                    "ShmGetStats",     "ShmWrite",      "ShmWriteBatch",   "ShmLoan",        "ShmCommit",
                    "ShmAbort",        "ShmLock",       "ShmUnlock",       "ShmFlush",       "ShmRelease",
                    "ShmCall",         "ShmCallBegin",  "ShmCallEnd",      "ShmCallCancel",  "ShmServe",
                    "ShmCallLoan",     "ShmCallCommit", "ShmCallPeek",     "ShmCallRelease", "ShmServePeek",
                    "ShmAnswerLoan",   "ShmAnswer",     "ShmRefuse",       "ShmRefuseUtf8",  "ShmGetCaller",
                    "ShmGetCallerUtf8"})) {
      EXPECT_SHM(SHM_E_ACCESS, call.make(writer)) << call.name;
    }
    EXPECT_SHM(SHM_E_STATE, ShmRelease(writer));
    EXPECT_EQ(info_of(writer).access, SHM_WRITE);
  }
}

TEST_F(Handles, AreToldWhatIsNotForTheirKind) {
  void* memory = nullptr;
  const Opened map(L"MapName");
  EXPECT_SHM(SHM_E_KIND, ShmLoan(map, 1, &memory, 0));
  EXPECT_SHM(SHM_E_KIND, ShmCommit(map, 1));
  EXPECT_SHM(SHM_E_KIND, ShmAbort(map));
  for (const wchar_t* name : {L"topic", L"queue"}) {
    const Opened ring(name);
    EXPECT_SHM(SHM_E_KIND, ShmLock(ring, &memory, nullptr, 0));
    EXPECT_SHM(SHM_E_KIND, ShmUnlock(ring, 1));
    EXPECT_SHM(SHM_E_KIND, ShmFlush(ring));
  }
}

// Each with one thing wrong.
TEST_F(Handles, NullAndWrongSizesAreBadArguments) {
  const Opened opened(L"topic");
  const ShmChannel channel = opened;
  char byte = 'x';
  size_t size = 0;
  uint32_t number = 0;
  const void* peeked = nullptr;
  ShmMessage message{sizeof message, 0, 0, 0, &byte, 1, 0, 0};
  ShmMessage no_data{sizeof message, 0, 0, 0, nullptr, 1, 0, 0};
  ShmMessage no_size{0, 0, 0, 0, &byte, 1, 0, 0};
  ShmChannel many[SHM_WAIT_MAX + 1] = {channel};
  const auto bad = [](int32_t status) {
    EXPECT_SHM(SHM_E_ARGUMENT, status);
    EXPECT_STRNE(ShmLastErrorTextUtf8(), ShmErrorTextUtf8(SHM_E_ARGUMENT)) << "it must say which one";
  };
  ShmChannel made = 77;
  bad(ShmOpen(nullptr, nullptr, &made));
  bad(ShmOpen(L"topic", nullptr, nullptr));
  bad(ShmOpenUtf8(nullptr, nullptr, &made));
  bad(ShmOpenUtf8("topic", nullptr, nullptr));
  EXPECT_EQ(made, 77u);
  bad(ShmGetInfo(channel, nullptr));
  bad(ShmGetInfoUtf8(channel, nullptr));
  bad(ShmGetStats(channel, nullptr));
  bad(ShmListChannels(nullptr, 0, nullptr));
  bad(ShmListChannels(nullptr, 1, &number));
  bad(ShmListChannelsUtf8(nullptr, 0, nullptr));
  bad(ShmListChannelsUtf8(nullptr, 1, &number));
  bad(ShmWrite(channel, nullptr, 1, 0));
  bad(ShmWriteBatch(channel, nullptr, 1, &number, 0));
  bad(ShmWriteBatch(channel, &no_data, 1, &number, 0));
  bad(ShmWriteBatch(channel, &no_size, 1, &number, 0));
  bad(ShmRead(channel, nullptr, 1, &size, 0));
  bad(ShmRead(channel, &byte, 1, nullptr, 0));
  bad(ShmReadBatch(channel, nullptr, 1, &byte, 1, &number, 0));
  bad(ShmReadBatch(channel, &message, 0, &byte, 1, &number, 0));
  bad(ShmReadBatch(channel, &message, 1, nullptr, 1, &number, 0));
  bad(ShmReadBatch(channel, &message, 1, &byte, 1, nullptr, 0));
  bad(ShmReadBatch(channel, &no_size, 1, &byte, 1, &number, 0));
  bad(ShmLoan(channel, 1, nullptr, 0));
  bad(ShmLock(channel, nullptr, &size, 0));
  bad(ShmPeek(channel, nullptr, &size, 0));
  bad(ShmPeek(channel, &peeked, nullptr, 0));
  bad(ShmGetWaitHandle(channel, nullptr));
  bad(ShmNotifyPipe(channel, &byte));
  bad(ShmNotifyWindow(channel, &byte, WM_APP, 0));
  ShmToken token = 0;
  void* memory = nullptr;
  bad(ShmCall(channel, nullptr, 1, &byte, 1, &size, 0));
  bad(ShmCall(channel, &byte, 1, nullptr, 1, &size, 0));
  bad(ShmCall(channel, &byte, 1, &byte, 1, nullptr, 0));
  bad(ShmCallBegin(channel, nullptr, 1, &token, 0));
  bad(ShmCallBegin(channel, &byte, 1, nullptr, 0));
  bad(ShmCallEnd(channel, 1, nullptr, 1, &size, 0));
  bad(ShmCallEnd(channel, 1, &byte, 1, nullptr, 0));
  bad(ShmCallLoan(channel, 1, nullptr, &token, 0));
  bad(ShmCallLoan(channel, 1, &memory, nullptr, 0));
  bad(ShmCallPeek(channel, 1, nullptr, &size, 0));
  bad(ShmCallPeek(channel, 1, &peeked, nullptr, 0));
  bad(ShmServePeek(channel, nullptr, &size, &token, 0));
  bad(ShmServePeek(channel, &peeked, nullptr, &token, 0));
  bad(ShmServePeek(channel, &peeked, &size, nullptr, 0));
  bad(ShmAnswerLoan(channel, 1, nullptr, &size));
  bad(ShmAnswerLoan(channel, 1, &memory, nullptr));
  bad(ShmServe(channel, nullptr, 1, &size, &token, 0));
  bad(ShmServe(channel, &byte, 1, nullptr, &token, 0));
  bad(ShmServe(channel, &byte, 1, &size, nullptr, 0));
  bad(ShmAnswer(channel, 1, nullptr, 1));
  bad(ShmGetCaller(channel, 1, nullptr));
  bad(ShmGetCallerUtf8(channel, 1, nullptr));
  bad(ShmWaitAny(nullptr, 1, &number, 0));
  bad(ShmWaitAny(&channel, 1, nullptr, 0));
  bad(ShmWaitAny(&channel, 0, &number, 0));
  bad(ShmWaitAny(many, SHM_WAIT_MAX + 1, &number, 0));
  EXPECT_EQ(stats_of(channel).sequence, 0u) << "nothing was written";
}

// -5 and its like are mistakes, and not 49 days.
TEST_F(Handles, NegativeTimeoutsAreBadArguments) {
  const Opened block(L"MapName");
  const Opened topic(L"topic");
  char byte = 'x';
  size_t size = 0;
  uint32_t number = 0;
  void* memory = nullptr;
  const void* peeked = nullptr;
  ShmToken token = 0;
  const ShmMessage out{sizeof out, 0, 0, 0, &byte, 1, 0, 0};
  ShmMessage in{sizeof in, 0, 0, 0, nullptr, 0, 0, 0};
  const ShmChannel channel = topic;
  EXPECT_SHM(SHM_OK, ShmSetCancelled(topic, 1)) << "so that nothing waits where the timeout is taken";
  for (const uint32_t timeout : {SHM_TIMEOUT_MAX + 1, static_cast<uint32_t>(-5), SHM_INFINITE - 1}) {
    SCOPED_TRACE(timeout);
    EXPECT_SHM(SHM_E_ARGUMENT, ShmWrite(topic, &byte, 1, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmWriteBatch(topic, &out, 1, &number, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmLoan(topic, 1, &memory, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmLock(block, &memory, &size, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmRead(topic, &byte, 1, &size, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmReadBatch(topic, &in, 1, &byte, 1, &number, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmPeek(topic, &peeked, &size, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmCall(topic, &byte, 1, &byte, 1, &size, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmCallBegin(topic, &byte, 1, &token, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmCallEnd(topic, 1, &byte, 1, &size, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmCallLoan(topic, 1, &memory, &token, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmCallPeek(topic, 1, &peeked, &size, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmServe(topic, &byte, 1, &size, &token, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmServePeek(topic, &peeked, &size, &token, timeout));
    EXPECT_SHM(SHM_E_ARGUMENT, ShmWaitAny(&channel, 1, &number, timeout));
    EXPECT_NE(strstr(ShmLastErrorTextUtf8(), std::to_string(static_cast<int32_t>(timeout)).c_str()), nullptr)
        << ShmLastErrorTextUtf8();
  }
  EXPECT_EQ(stats_of(topic).sequence, 0u) << "nothing was written";
  EXPECT_SHM(SHM_OK, ShmWrite(topic, &byte, 1, SHM_TIMEOUT_MAX));
  EXPECT_SHM(SHM_OK, ShmRead(topic, &byte, 1, &size, SHM_INFINITE));
}

TEST_F(Handles, NoDataIsNoErrorWhereThereIsNone) {
  const Opened channel(L"topic");
  EXPECT_SHM(SHM_OK, ShmWrite(channel, nullptr, 0, 0));
  size_t size = 77;
  EXPECT_SHM(SHM_OK, ShmRead(channel, nullptr, 0, &size, 0));
  EXPECT_EQ(size, 0u);
  uint32_t written = 77;
  EXPECT_SHM(SHM_OK, ShmWriteBatch(channel, nullptr, 0, &written, 0));
  EXPECT_EQ(written, 0u);
}

// call(size) hands over a struct that says it has that size.
template <class Struct, class MakeCall>
void expect_size_checked(MakeCall&& call) {
  constexpr uint32_t kFirst = client::kFirstSize<Struct>;
  for (const uint32_t size : {0u, 4u, kFirst - 1, 0xFFFFFFFFu}) {
    EXPECT_SHM(SHM_E_ARGUMENT, call(size)) << size;
  }
  for (const uint32_t size : {kFirst, static_cast<uint32_t>(sizeof(Struct))}) {
    EXPECT_SHM(SHM_OK, call(size)) << size;
  }
}

TEST_F(Handles, StructsOfUnknownSizesAreRefused) {
  const Opened channel(L"MapName");
  expect_size_checked<ShmInfo>([&](uint32_t size) {
    auto info = sized<ShmInfo>(size);
    return ShmGetInfo(channel, &info);
  });
  expect_size_checked<ShmInfoUtf8>([&](uint32_t size) {
    auto info = sized<ShmInfoUtf8>(size);
    return ShmGetInfoUtf8(channel, &info);
  });
  expect_size_checked<ShmStats>([&](uint32_t size) {
    auto stats = sized<ShmStats>(size);
    return ShmGetStats(channel, &stats);
  });
  expect_size_checked<ShmInfo>([&](uint32_t size) {
    std::vector<ShmInfo> list(3, sized<ShmInfo>(size));
    uint32_t count = 0;
    return ShmListChannels(list.data(), 3, &count);
  });
  expect_size_checked<ShmInfoUtf8>([&](uint32_t size) {
    std::vector<ShmInfoUtf8> list(3, sized<ShmInfoUtf8>(size));
    uint32_t count = 0;
    return ShmListChannelsUtf8(list.data(), 3, &count);
  });
  expect_size_checked<ShmOptions>([&](uint32_t size) {
    const auto options = sized<ShmOptions>(size);
    ShmChannel made = 0;
    const int32_t status = ShmOpen(L"MapName", &options, &made);
    if (status == SHM_OK) ShmClose(made);
    return status;
  });
}

// A newer header's struct has more at its end; this DLL fills what it knows, and the rest with 0.
TEST_F(Handles, LargerStructOfANewerHeaderIsTaken) {
  const Opened channel(L"MapName");
  struct Newer {
    ShmStats stats;
    uint64_t member;
  } newer{sized<ShmStats>(sizeof(Newer)), 77};
  write(channel, "x");
  EXPECT_SHM(SHM_OK, ShmGetStats(channel, &newer.stats));
  EXPECT_EQ(newer.stats.written, 1u);
  EXPECT_EQ(newer.stats.size, sizeof(Newer));
  EXPECT_EQ(newer.member, 0u);
}

TEST_F(Handles, OptionThatOnlyANewerDllKnowsIsRefused) {
  struct Newer {
    ShmOptions options;
    uint64_t member;
  } newer{sized<ShmOptions>(sizeof(Newer)), 0};
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_OK, ShmOpen(L"MapName", &newer.options, &channel));
  EXPECT_SHM(SHM_OK, ShmClose(channel));
  newer.member = 1;
  EXPECT_SHM(SHM_E_ARGUMENT, ShmOpen(L"MapName", &newer.options, &channel));
}

TEST_F(Handles, OptionsOutOfRangeAreBadArguments) {
  const auto open = [](auto&& change, const wchar_t* name = L"MapName") {
    ShmOptions options = options_for(0);
    change(options);
    ShmChannel made = 77;
    const int32_t status = ShmOpen(name, &options, &made);
    if (status == SHM_OK) ShmClose(made);
    EXPECT_TRUE(status == SHM_OK || made == 77);
    return status;
  };
  EXPECT_SHM(SHM_E_ARGUMENT, open([](ShmOptions& options) { options.access = 4; }));
  EXPECT_SHM(SHM_E_ARGUMENT, open([](ShmOptions& options) { options.kind = SHM_SERVICE + 1; }));
  EXPECT_SHM(SHM_E_ARGUMENT, open([](ShmOptions& options) { options.flags = 0x80000000u; }));
  EXPECT_SHM(SHM_E_ARGUMENT, open([](ShmOptions& options) { options.open_timeout_ms = 0xFFFFFFFBu; }));
  EXPECT_SHM(SHM_OK, open([](ShmOptions& options) { options.open_timeout_ms = SHM_INFINITE; }));
  EXPECT_SHM(SHM_E_MISMATCH, open([](ShmOptions& options) { options.kind = SHM_TOPIC; }));
  EXPECT_SHM(SHM_E_MISMATCH, open([](ShmOptions& options) { options.kind = SHM_BLOCK; }, L"queue"));
  EXPECT_SHM(SHM_OK, open([](ShmOptions& options) { options.kind = SHM_QUEUE; }, L"queue"));
}

}  // namespace
}  // namespace shmbroker::tests
