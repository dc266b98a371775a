// As many readers as a channel has places: all of them are served, and the next one is told why it is not.
#include <gmock/gmock.h>

#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/channel_memory.h"
#include "tests/support/peer_process.h"
#include "tests/support/rings.h"
#include "tests/support/wine.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

constexpr size_t kPlaces = 64;

class ManyReaders : public EachRing {
 protected:
  static int32_t open_another(uint32_t access) {
    const ShmOptions options = options_for(access);
    ShmChannel channel = 0;
    const int32_t status = ShmOpen(wide(), &options, &channel);
    if (status == SHM_OK) ShmClose(channel);
    return status;
  }
};

// Readers of this process and of three others, to the last place.
TEST_P(ManyReaders, FindAPlaceUpToTheLastAndTheNextIsToldThatThereIsNone) {
  Peer peers[3];
  std::vector<ShmChannel> theirs;
  for (Peer& peer : peers) {
    for (int i = 0; i < 8; ++i) theirs.push_back(peer.open(narrow(), "r"));
  }
  std::deque<Opened> mine;
  while (mine.size() + theirs.size() < kPlaces) mine.emplace_back(wide(), SHM_READ);
  EXPECT_EQ(info_of(mine[0]).readers, static_cast<uint32_t>(kPlaces));
  EXPECT_SHM(SHM_E_BUSY, open_another(SHM_READ));
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr(narrow()));
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("64 readers"));
  EXPECT_SHM(SHM_OK, open_another(SHM_WRITE));

  const Opened out(wide(), SHM_WRITE);
  for (size_t i = 0; i < (is(L"queue") ? kPlaces : 1); ++i) ASSERT_SHM(SHM_OK, write(out, "to each"));
  for (const Opened& in : mine) EXPECT_EQ(read(in), (Answer{SHM_OK, "to each"}));
  for (size_t i = 0; i < theirs.size(); ++i) {
    EXPECT_EQ(peers[i / 8].read(theirs[i], 0), (Answer{SHM_OK, "to each"}));
  }

  peers[0].kill();
  EXPECT_TRUE(eventually([&] { return open_another(SHM_READ) == SHM_OK; }));
  EXPECT_TRUE(eventually([&] { return info_of(mine[0]).readers == kPlaces - 8; }));
}

TEST_P(ManyReaders, OnThreadsOfOneProcessAllSleepAndAllAreWoken) {
  std::deque<Opened> handles;
  for (size_t i = 0; i < kPlaces; ++i) handles.emplace_back(wide(), SHM_READ);
  const Opened out(wide(), SHM_WRITE);
  const ChannelMemory memory(wide());
  std::vector<Answer> answers(kPlaces);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kPlaces; ++i) {
    threads.emplace_back([&, i] { answers[i] = read(handles[i], kPatience); });
  }
  EXPECT_TRUE(eventually([&] { return memory.all_readers_wait(); }));
  for (size_t i = 0; i < (is(L"queue") ? kPlaces : 1); ++i) EXPECT_SHM(SHM_OK, write(out, "woken"));
  for (std::thread& thread : threads) thread.join();
  for (const Answer& answer : answers) EXPECT_EQ(answer, (Answer{SHM_OK, "woken"}));
}

TEST_P(ManyReaders, OnOneHandleTakeTurnsAndShareItsMessages) {
  if (is_wine()) GTEST_SKIP() << "Wine's FlushProcessWriteBuffers does nothing: two may be in at once";
  const Opened in(wide(), SHM_READ);
  const Opened out(wide(), SHM_WRITE);
  constexpr int kThreads = 4;
  constexpr int kEach = 200;
  std::vector<int> counts(kThreads * kEach);
  std::vector<std::vector<std::string>> got(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : got) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) mine.push_back(read(in, kPatience).text);
    });
  }
  for (int i = 0; i < kThreads * kEach; ++i) EXPECT_SHM(SHM_OK, write(out, std::to_string(i), kPatience));
  for (std::thread& thread : threads) thread.join();
  for (const auto& mine : got) {
    for (const std::string& text : mine) ++counts.at(std::stoul(text));
  }
  EXPECT_THAT(counts, testing::Each(1));
}

INSTANTIATE_TEST_SUITE_P(Of, ManyReaders, testing::Values(L"wait", L"queue"), ManyReaders::title);

}  // namespace
}  // namespace shmbroker::tests
