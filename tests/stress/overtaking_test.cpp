// A reader of an overwriting topic, while writers overtake it at the one moment that a unit test can't
// choose.
#include "tests/stress/mortal.h"
#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

class OvertakenCopy : public RingTest {
 protected:
  OvertakenCopy() : RingTest(Kind::topic, WhenFull::overwrite) {}

  // Reads while others write so large a message, for which the one that is being read must go.
  std::string read_while_writing(size_t size, RingReader::Message& message) {
    RingWriter to = writer();
    JoinedReader from = reader();
    for (uint64_t i = 0; i < kBefore; ++i) write(to, std::string(500, 'a'));
    const stress::Meanwhile overtake("reader.copied", [&] { write(to, std::string(size, 'b')); });
    return read(from, message).value_or("nothing");
  }

  static constexpr uint64_t kBefore = 1000;
};

TEST_F(OvertakenCopy, LeavesHalfOfWhatIsKept) {
  RingReader::Message message;
  EXPECT_TRUE(read_while_writing(5000, message) == std::string(500, 'a'));
  EXPECT_EQ(message.sequence, message.lost + 1);
  const uint64_t kept = sections.geometry.capacity / ring().footprint(500);
  EXPECT_GT(message.sequence, kBefore - kept / 2 - 10);
  EXPECT_LT(message.sequence, kBefore - kept / 4);
}

TEST_F(OvertakenCopy, GoesOnWithTheNewestMessageHoweverEarlyThatBegins) {
  RingReader::Message message;
  const size_t largest = static_cast<size_t>(sections.geometry.max_message);
  EXPECT_TRUE(read_while_writing(largest, message) == std::string(largest, 'b'));
  EXPECT_EQ(message.sequence, kBefore + 1);
  EXPECT_EQ(message.lost, kBefore);
}

}  // namespace
}  // namespace shmbroker::core
