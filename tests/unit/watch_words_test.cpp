// Facts about channels and clients as the monitor and the commands say them.
#include <gtest/gtest.h>

#include "watch/words.h"

namespace shmbroker::watch {
namespace {

TEST(WatchWords, SizesHaveThreeDigitsThatSaySomething) {
  EXPECT_EQ(size_word(uint64_t{0}), "0 B");
  EXPECT_EQ(size_word(uint64_t{1023}), "1023 B");
  EXPECT_EQ(size_word(uint64_t{1024}), "1 KiB");
  EXPECT_EQ(size_word(uint64_t{1536}), "1.5 KiB");
  EXPECT_EQ(size_word(uint64_t{12'600}), "12.3 KiB");
  EXPECT_EQ(size_word(uint64_t{64 * 1024}), "64 KiB");
  EXPECT_EQ(size_word(uint64_t{1024 * 1024 - 1}), "1 MiB") << "and not 1024 KiB";
  EXPECT_EQ(size_word(1e30).substr(size_word(1e30).size() - 4), " TiB");
}

TEST(WatchWords, DurationsHaveTheUnitThatSuits) {
  EXPECT_EQ(duration_word(1), "100 ns");
  EXPECT_EQ(duration_word(15), "1.5 \u00B5s");
  EXPECT_EQ(duration_word(12'345), "1.23 ms");
  EXPECT_EQ(duration_word(20'000'000), "2 s");
}

TEST(WatchWords, EveryFlagOfAClient) {
  ShmClientState client{};
  client.access = SHM_WRITE;
  EXPECT_EQ(client_words(SHM_TOPIC, client), "");
  client.flags = SHM_CLIENT_WAITING | SHM_CLIENT_BLOCKS | SHM_CLIENT_LOCK | SHM_CLIENT_EXCLUSIVE;
  EXPECT_EQ(client_words(SHM_TOPIC, client), "HOLDS UP THE CHANNEL, waits for room, has the lock, exclusive");
  client.access = SHM_READ;
  client.flags = SHM_CLIENT_WAITING;
  EXPECT_EQ(client_words(SHM_TOPIC, client), "waits for a message");
  EXPECT_EQ(client_words(SHM_SERVICE, client), "waits for a request");
  client.access = SHM_CLIENT;
  EXPECT_EQ(client_words(SHM_SERVICE, client), "waits for an answer");
}

TEST(WatchWords, RightsAndSides) {
  EXPECT_EQ(rights_word(SHM_QUEUE, SHM_READ | SHM_WRITE), "read, write");
  EXPECT_EQ(rights_word(SHM_SERVICE, 0), "nothing");
  EXPECT_EQ(side_word(SHM_TOPIC, SHM_READ), "reader");
  EXPECT_EQ(side_word(SHM_TOPIC, SHM_WRITE), "writer");
  EXPECT_EQ(rights_word(SHM_SERVICE, SHM_CLIENT | SHM_SERVER), "call, serve");
  EXPECT_EQ(side_word(SHM_SERVICE, SHM_SERVER), "server");
  EXPECT_EQ(side_word(SHM_SERVICE, SHM_CLIENT), "client");
}

}  // namespace
}  // namespace shmbroker::watch
