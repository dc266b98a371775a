// The C++ wrapper: what it closes and gives back by itself, what it throws, and what it gives a Status for.
#include <gmock/gmock.h>

#include <algorithm>
#include <ranges>
#include <stop_token>
#include <thread>

#define SHM_STOP_TOKEN 1  // what of it works everywhere is tested everywhere
#include "shmbroker/shmbroker.hpp"
#include "tests/support/channel_memory.h"
#include "tests/support/service_fixture.h"
#include "tests/support/text_bytes.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

static_assert(!std::is_copy_constructible_v<Channel> && std::is_nothrow_move_constructible_v<Channel>);
static_assert(!std::is_copy_constructible_v<Loan> && !std::is_move_constructible_v<Loan>);

// The status that a call throws; SHM_OK if it does not.
template <class Call>
Status thrown(Call&& call) {
  try {
    call();
    return SHM_OK;
  } catch (const Error& error) {
    EXPECT_STRNE(error.what(), "");
    EXPECT_FALSE(error.text().empty());
    return error.status();
  }
}

// Writes more than the ring holds.
void lap(Channel& channel) {
  for (int i = 0; i < 1000; ++i) channel.write(bytes(std::string(100, 'x')));
}

class Wrapper : public ServiceTest {
 protected:
  Wrapper()
      : ServiceTest(
            config_of({block("block"), topic("topic", "wait"), topic("loop", "overwrite"), queue("queue")})) {
  }

  // Nobody can read from a channel what was never published on it.
  void expect_nothing(const wchar_t* name) const {
    std::byte room[4096];
    EXPECT_FALSE(Channel(name).read(room, 0));
  }

  std::byte room_[4096]{};
};

TEST_F(Wrapper, OpensWithOptionsMovesAndCloses) {
  Channel first(L"queue", {.access = SHM_WRITE, .flags = SHM_OPEN_EXCLUSIVE});
  EXPECT_EQ(first.info().access, SHM_WRITE);
  Status status = SHM_OK;
  const Options exclusive{.access = SHM_WRITE, .flags = SHM_OPEN_EXCLUSIVE};
  EXPECT_FALSE(Channel(L"queue", exclusive, status));
  EXPECT_EQ(status, SHM_E_BUSY);
  Channel second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): that is what moving promises
  EXPECT_TRUE(second);
  second = Channel(L"topic");
  EXPECT_TRUE(Channel(L"queue", exclusive, status)) << "the one that was replaced has been closed";
  EXPECT_EQ(status, SHM_OK);
  EXPECT_EQ(std::wstring(second.info().name), L"topic");
}

TEST_F(Wrapper, OpensByANameInUtf8) {
  EXPECT_EQ(std::wstring(Channel("queue").info().name), L"queue");
  EXPECT_EQ(std::wstring(Channel(u8"queue", {.access = SHM_WRITE}).info().name), L"queue");
  Status status = SHM_OK;
  EXPECT_FALSE(Channel("M\xC3\xBCll", {}, status));
  EXPECT_EQ(status, SHM_E_NOT_FOUND);
  EXPECT_NE(error_text(status).find(L"'M\u00FCll'"), std::wstring::npos);
  EXPECT_EQ(thrown([] { Channel("\xFF"); }), SHM_E_ARGUMENT);
  EXPECT_EQ(thrown([] { Channel(std::string("queue\0rest", 10)); }), SHM_E_NAME);
}

TEST_F(Wrapper, ErrorsAreThrownOrStoredAsOneLikes) {
  EXPECT_EQ(thrown([] { Channel(L"nowhere"); }), SHM_E_NOT_FOUND);
  try {
    Channel(L"nowhere");
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no channel 'nowhere'; add it to shmbroker.json"));
    EXPECT_NE(error.text().find(L"'nowhere'"), std::wstring::npos);
  }
  Status status = SHM_OK;
  EXPECT_FALSE(Channel(L"nowhere", {}, status));
  EXPECT_EQ(status, SHM_E_NOT_FOUND);

  Channel block(L"block");
  const std::string large(513, 'x');
  EXPECT_EQ(thrown([&] { block.write(bytes(large)); }), SHM_E_SIZE);
  block.write(bytes(large), 0, status);
  EXPECT_EQ(status, SHM_E_SIZE);
  EXPECT_EQ(thrown([&] { block.flush(); }), SHM_E_KIND) << "it has no file";
  block.flush(status);
  EXPECT_EQ(status, SHM_E_KIND);
  EXPECT_EQ(thrown([&] { Loan(block, 1); }), SHM_E_KIND);
  const Loan loan(block, 1, 0, status);
  EXPECT_EQ(status, SHM_E_KIND);

  Channel closed;
  EXPECT_EQ(thrown([&] { closed.info(); }), SHM_E_HANDLE);
  EXPECT_EQ(thrown([&] { closed.stats(); }), SHM_E_HANDLE);
  EXPECT_EQ(thrown([&] { closed.wait_handle(); }), SHM_E_HANDLE);
}

TEST_F(Wrapper, ANameIsNotCutAtANul) {
  const std::wstring name(L"queue\0rest", 10);
  EXPECT_EQ(thrown([&] { Channel{name}; }), SHM_E_NAME);
  Status status = SHM_OK;
  EXPECT_FALSE(Channel(name, {}, status));
  EXPECT_EQ(status, SHM_E_NAME);
  EXPECT_EQ(thrown([] { Channel(std::wstring(1, L'\0')); }), SHM_E_NAME);
}

TEST_F(Wrapper, ReadsWhatWasWrittenWithItsNews) {
  Channel block(L"block");
  EXPECT_FALSE(block.read(room_, 0)) << "nothing to read is no error";
  block.write(bytes("value"));
  const Message first = block.read(room_, 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(text(first.data), "value");
  EXPECT_FALSE(first.is_unchanged());
  EXPECT_TRUE(block.read(room_, 0).is_unchanged());
  EXPECT_EQ(thrown([&] { block.read(std::span(room_).first(4), 0); }), SHM_E_BUFFER);

  Channel loop(L"loop");
  lap(loop);
  EXPECT_TRUE(loop.read(room_).follows_lost());
  EXPECT_GT(loop.stats().lost, 0u);
}

TEST_F(Wrapper, BatchesGoThroughWhole) {
  Channel queue(L"queue");
  const std::string words[] = {"one", "", "three"};
  std::vector<ShmMessage> out;
  for (const std::string& word : words) out.push_back(message_of(bytes(word)));
  queue.write(out);
  ShmMessage in[8];
  const auto read = queue.read(in, room_);
  ASSERT_EQ(read.size(), 3u);
  for (size_t i = 0; i < read.size(); ++i) EXPECT_EQ(text(bytes_of(read[i])), words[i]);
  EXPECT_TRUE(queue.read(in, room_, 0).empty());

  const std::string large(100'000, 'x');
  out.insert(out.begin() + 1, message_of(bytes(large)));
  Status status = SHM_OK;
  EXPECT_EQ(queue.write(out, 0, status), 1u) << "that before the one which failed";
  EXPECT_EQ(status, SHM_E_SIZE);
  EXPECT_EQ(queue.read(in, room_, 0, status).size(), 1u);
  EXPECT_EQ(status, SHM_OK);
}

TEST_F(Wrapper, LoanIsPublishedByCommitAlone) {
  Channel queue(L"queue");
  { const Loan dropped(queue, 8); }
  {
    Loan aborted(queue, 8);
    aborted.abort();
  }
  EXPECT_EQ(thrown([&] {
              const Loan dropped(queue, 8);
              throw Error(SHM_E_STATE);
            }),
            SHM_E_STATE);
  expect_nothing(L"queue");
  Loan loan(queue, 8);
  ASSERT_EQ(loan.memory().size(), 8u);
  std::ranges::copy(bytes("in place"), loan.memory().begin());
  Status status = SHM_OK;
  loan.commit(9, status);
  EXPECT_EQ(status, SHM_E_SIZE) << "and it is still held";
  loan.commit(2);
  EXPECT_EQ(text(queue.read(room_, 0).data), "in");
  expect_nothing(L"queue");
}

TEST_F(Wrapper, LockIsPublishedOrTheValueStays) {
  Channel block(L"block");
  block.write(bytes("old"));
  {
    const Lock dropped(block);
    EXPECT_EQ(text(dropped.value()), "old");
    EXPECT_EQ(dropped.memory().size(), 512u);
    dropped.memory()[0] = std::byte{'O'};
    Status status = SHM_OK;
    Channel other(L"block");
    const Lock second(other, 0, status);
    EXPECT_EQ(status, SHM_E_TIMEOUT);
  }
  EXPECT_EQ(text(block.read(room_, 0).data), "old");
  Lock lock(block);
  lock.memory()[0] = std::byte{'g'};
  Status status = SHM_OK;
  for (const size_t size : {size_t{513}, SIZE_MAX}) {
    lock.publish(size, status);
    EXPECT_EQ(status, SHM_E_SIZE) << "and it is still held";
    EXPECT_EQ(thrown([&] { lock.publish(size); }), SHM_E_SIZE);
  }
  lock.publish(3);
  EXPECT_EQ(text(block.read(room_, 0).data), "gld");
}

TEST_F(Wrapper, PeekTellsWhetherItStayedWhole) {
  Channel loop(L"loop");
  EXPECT_FALSE(Peek(loop, 0));
  loop.write(bytes("looked at"));
  {
    Peek whole(loop);
    EXPECT_EQ(text(whole.data()), "looked at");
    EXPECT_TRUE(whole.release());
    EXPECT_EQ(thrown([&] { whole.release(); }), SHM_E_STATE) << "it holds nothing any more";
  }
  loop.write(bytes("overwritten"));
  Peek torn(loop);
  lap(loop);
  EXPECT_FALSE(torn.release());
  Peek after(loop);
  EXPECT_TRUE(after.message().follows_lost());
}

TEST_F(Wrapper, WhatHasEndedIsNotTheNextOne) {
  Channel queue(L"queue");
  Channel block(L"block");
  Status status = SHM_OK;
  Loan loan(queue, 4);
  loan.commit();
  Loan next_loan(queue, 8);
  EXPECT_EQ(thrown([&] { loan.commit(); }), SHM_E_STATE);
  loan.commit(4, status);
  EXPECT_EQ(status, SHM_E_STATE);
  next_loan.commit();

  Peek peek(queue);
  EXPECT_TRUE(peek.release());
  Peek next_peek(queue);
  EXPECT_EQ(thrown([&] { peek.release(); }), SHM_E_STATE);
  EXPECT_FALSE(peek.release(status));
  EXPECT_EQ(status, SHM_E_STATE);
  EXPECT_EQ(next_peek.data().size(), 8u);
  EXPECT_TRUE(next_peek.release());

  Lock lock(block);
  lock.publish(1);
  Lock next_lock(block);
  EXPECT_EQ(thrown([&] { lock.publish(2); }), SHM_E_STATE);
  lock.publish(2, status);
  EXPECT_EQ(status, SHM_E_STATE);
  next_lock.publish(3);
  EXPECT_EQ(block.read(room_, 0).data.size(), 3u);

  EXPECT_EQ(thrown([] { Channel(L"nowhere"); }), SHM_E_NOT_FOUND);
  try {
    lock.publish(2);
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), ShmErrorTextUtf8(SHM_E_STATE)) << "and not what failed before";
    EXPECT_EQ(error.text(), ShmErrorText(SHM_E_STATE));
  }
}

// Somebody has ended it behind its back, through the C functions: its end is not that of the next one.
TEST_F(Wrapper, WhatTheDllHasRefusedIsNotHeldAnyMore) {
  Channel queue(L"queue");
  Channel block(L"block");
  Status status = SHM_OK;
  void* memory = nullptr;
  {
    Loan loan(queue, 4);
    EXPECT_EQ(ShmAbort(queue.handle()), SHM_OK);
    EXPECT_EQ(thrown([&] { loan.commit(); }), SHM_E_STATE);
    EXPECT_EQ(ShmLoan(queue.handle(), 4, &memory, 0), SHM_OK);
    Lock lock(block);
    EXPECT_EQ(ShmUnlock(block.handle(), SHM_KEEP), SHM_OK);
    lock.publish(4, status);
    EXPECT_EQ(status, SHM_E_STATE);
    EXPECT_EQ(ShmLock(block.handle(), &memory, nullptr, 0), SHM_OK);
  }
  EXPECT_EQ(ShmCommit(queue.handle(), 4), SHM_OK);
  EXPECT_EQ(ShmUnlock(block.handle(), 4), SHM_OK);
}

TEST_F(Wrapper, WhatAPeekOfAQueueTookGoesBackWithItsChannel) {
  Channel(L"queue").write(bytes("job"));
  {
    Channel reader(L"queue");
    const Peek taken(reader);
    reader.close();
  }
  Channel next(L"queue");
  const Message again = next.read(room_, 0);
  EXPECT_EQ(text(again.data), "job");
  EXPECT_TRUE(again.is_redelivered());
}

TEST_F(Wrapper, WaitsForAnyOfSeveralChannels) {
  Channel topic(L"topic");
  Channel queue(L"queue");
  Channel* const both[] = {&topic, &queue};
  EXPECT_EQ(wait_any(both, 1), nullptr);
  std::thread writer([] { Channel(L"queue").write(bytes("x")); });
  EXPECT_EQ(wait_any(both, kPatience), &queue);
  writer.join();
  const std::vector<Channel*> many(SHM_WAIT_MAX + 1, &topic);
  EXPECT_EQ(thrown([&] { wait_any(many); }), SHM_E_ARGUMENT);
  Channel blind(L"topic", {.access = SHM_WRITE});
  Channel* const alone[] = {&blind};
  Status status = SHM_OK;
  EXPECT_EQ(wait_any(alone, 0, status), nullptr);
  EXPECT_EQ(status, SHM_E_ACCESS);
}

// The DLL says SHM_E_TIMEOUT there, for there may be something. Whoever read with a timeout reads again.
TEST_F(Wrapper, AReadBesideAnotherThreadsFindsNothing) {
  Channel queue(L"queue");
  std::thread other([&] { EXPECT_EQ(thrown([&] { queue.read(room_); }), SHM_E_CANCELLED); });
  const ChannelMemory memory(L"queue");
  EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
  std::byte room[64];
  ShmMessage batch[2];
  Channel* const channels[] = {&queue};
  const std::stop_source source;
  EXPECT_EQ(thrown([&] {
              EXPECT_FALSE(queue.read(room, 1));
              EXPECT_FALSE(queue.read(room, source.get_token(), 1));
              EXPECT_TRUE(queue.read(batch, room, 1).empty());
              EXPECT_FALSE(Peek(queue, 1));
              EXPECT_EQ(wait_any(channels, 1), nullptr);
              EXPECT_EQ(wait_any(channels, source.get_token(), 1), nullptr);
              for (const Message& message : Messages(queue, 1)) ADD_FAILURE() << text(message.data);
            }),
            SHM_OK);
  EXPECT_EQ(queue.read(room, 1).status, SHM_E_TIMEOUT) << "the message still says why";
  queue.set_cancelled(true);
  other.join();
}

TEST_F(Wrapper, AWriteBesideALoanOrALockIsRefused) {
  Channel queue(L"queue");
  Channel block(L"block");
  Loan loan(queue, 1);
  const Lock lock(block);
  std::thread([&] {
    EXPECT_EQ(thrown([&] { queue.write(bytes("x")); }), SHM_E_STATE);
    EXPECT_EQ(thrown([&] { Loan(queue, 1); }), SHM_E_STATE);
    EXPECT_EQ(thrown([&] { block.write(bytes("x")); }), SHM_E_STATE);
    EXPECT_EQ(thrown([&] { Lock{block}; }), SHM_E_STATE);
  }).join();
  loan.commit();
}

TEST_F(Wrapper, CancelEndsAWaitInAnotherThread) {
  Channel queue(L"queue");
  std::thread canceller([&] { queue.set_cancelled(true); });
  EXPECT_EQ(thrown([&] { queue.read(room_); }), SHM_E_CANCELLED);
  canceller.join();
  EXPECT_EQ(thrown([&] { queue.read(room_); }), SHM_E_CANCELLED) << "until it is reset";
  queue.set_cancelled(false);
  EXPECT_FALSE(queue.read(room_, 1));
}

TEST_F(Wrapper, ARequestToStopKeepsCallsFromWaiting) {
  Channel queue(L"queue");
  Channel* const channels[] = {&queue};
  std::stop_source source;
  EXPECT_TRUE(queue.write(bytes("x"), source.get_token()));
  EXPECT_TRUE(queue.read(room_, source.get_token()));
  source.request_stop();
  EXPECT_FALSE(queue.read(room_, source.get_token()));
  EXPECT_EQ(wait_any(channels, source.get_token()), nullptr);
  EXPECT_TRUE(queue.write(bytes("needs no wait"), source.get_token()));
  EXPECT_EQ(text(queue.read(room_, source.get_token()).data), "needs no wait");
  EXPECT_EQ(thrown([&] { queue.write(bytes(std::string(100'000, 'x')), source.get_token()); }), SHM_E_SIZE);
  while (queue.write(bytes(std::string(4096, 'x')), source.get_token())) {
  }
  queue.set_cancelled(false);
  EXPECT_TRUE(queue.read(room_));
}

TEST_F(Wrapper, ARequestToStopEndsAWait) {
#ifdef __MINGW32__
  GTEST_SKIP() << "std::stop_callback of GCC 12 hangs now and then; see cancel_on_stop.hpp";
#endif
  Channel queue(L"queue");
  std::stop_source source;
  std::thread stopper([&] { source.request_stop(); });
  EXPECT_FALSE(queue.read(room_, source.get_token()));
  stopper.join();
}

TEST_F(Wrapper, MessagesAreARange) {
  static_assert(std::ranges::input_range<Messages>);
  Channel queue(L"queue");
  const std::string words[] = {"one", "two", "three"};
  for (const std::string& word : words) queue.write(bytes(word));
  std::vector<std::string> read;
  for (const Message& message : Messages(queue, 0)) read.push_back(text(message.data));
  EXPECT_THAT(read, testing::ElementsAreArray(words));
  std::stop_source source;
  source.request_stop();
  for (const Message& message : Messages(queue, source.get_token())) ADD_FAILURE() << text(message.data);

  Channel block(L"block");
  block.write(bytes("value"));
  int values = 0;
  for (const Message& message : Messages(block, 1)) values += message ? 1 : 0;
  EXPECT_EQ(values, 1) << "the same value again is none";
  Channel blind(L"queue", {.access = SHM_WRITE});
  EXPECT_EQ(thrown([&] {
              for (const Message& message : Messages(blind)) ADD_FAILURE() << text(message.data);
            }),
            SHM_E_ACCESS);
}

TEST_F(Wrapper, CloseInAnotherThreadEndsARead) {
  Channel queue(L"queue");
  std::thread closer([&] {
    const ChannelMemory memory(L"queue");
    EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
    queue.close();
  });
  EXPECT_EQ(thrown([&] { queue.read(room_); }), SHM_E_CLOSED);
  closer.join();
  EXPECT_FALSE(queue);
  EXPECT_EQ(thrown([&] { queue.read(room_, 0); }), SHM_E_HANDLE);
}

TEST_F(Wrapper, TellsByEventAndByWindow) {
  Channel queue(L"queue");
  const HANDLE event = queue.wait_handle();
  EXPECT_EQ(WaitForSingleObject(event, 0), DWORD{WAIT_TIMEOUT});
  queue.write(bytes("x"));
  EXPECT_EQ(WaitForSingleObject(event, kPatience), WAIT_OBJECT_0);

  EXPECT_EQ(thrown([&] { queue.notify_window(reinterpret_cast<void*>(1), WM_APP); }), SHM_E_ARGUMENT);
  const HWND window =
      CreateWindowExW(0, L"STATIC", nullptr, 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, nullptr, nullptr);
  queue.notify_window(window, WM_APP, 7);
  MSG message{};
  EXPECT_TRUE(eventually([&] { return PeekMessageW(&message, window, WM_APP, WM_APP, PM_REMOVE) != FALSE; }));
  EXPECT_EQ(message.wParam, 7u);
  EXPECT_EQ(static_cast<ShmChannel>(message.lParam), queue.handle());
  queue.notify_no_window();
  DestroyWindow(window);
}

TEST_F(Wrapper, ListsTheChannels) {
  std::vector<std::wstring> names;
  for (const ShmInfo& info : list_channels()) names.emplace_back(info.name);
  EXPECT_THAT(names, testing::UnorderedElementsAre(L"block", L"topic", L"loop", L"queue"));
  service.stop();
  EXPECT_EQ(thrown([] { list_channels(); }), SHM_E_NO_SERVICE);
  Status status = SHM_OK;
  EXPECT_TRUE(list_channels(status).empty());
  EXPECT_EQ(status, SHM_E_NO_SERVICE);
}

}  // namespace
}  // namespace shmbroker::tests
