#include "core/own_commit_index.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

constexpr uint64_t kCapacity = 64 * 1024;
constexpr uint64_t kSpacing = kCapacity / 64;

// Ten reservations of one spacing each, of two messages.
OwnCommitIndex run_of_ten(uint64_t begin) {
  OwnCommitIndex run(kCapacity);
  for (uint64_t i = 0; i < 10; ++i) run.note(begin + i * kSpacing, begin + (i + 1) * kSpacing, 2);
  return run;
}

Ring::Head advanced(OwnCommitIndex run, Ring::Head head, uint64_t goal, uint64_t limit) {
  run.advance(head, goal, limit);
  return head;
}

bool is_at(const Ring::Head& head, uint64_t position, uint64_t messages) {
  return head.position == position && head.messages == messages;
}

std::string numbered_text(uint64_t number, size_t size) {
  std::string text = std::to_string(number);
  text.resize(size, '.');
  return text;
}

TEST(OwnCommitIndex, GoesToTheFirstMarkAtTheGoalOrBeyond) {
  const OwnCommitIndex run = run_of_ten(kCapacity);
  const uint64_t limit = kCapacity + 10 * kSpacing;
  const Ring::Head head{kCapacity, 100};
  EXPECT_TRUE(is_at(advanced(run, head, kCapacity + 3 * kSpacing, limit), kCapacity + 3 * kSpacing, 106));
  EXPECT_TRUE(is_at(advanced(run, head, kCapacity + 3 * kSpacing + 1, limit), kCapacity + 4 * kSpacing, 108));
}

TEST(OwnCommitIndex, GoesNoFurtherThanTheLimit) {
  const OwnCommitIndex run = run_of_ten(kCapacity);
  const Ring::Head head{kCapacity + kSpacing, 100};
  const uint64_t goal = kCapacity + 8 * kSpacing;
  EXPECT_TRUE(is_at(advanced(run, head, goal, kCapacity + 5 * kSpacing - 1), kCapacity + 4 * kSpacing, 106));
  EXPECT_TRUE(is_at(advanced(run, head, goal, kCapacity + kSpacing), kCapacity + kSpacing, 100));
}

TEST(OwnCommitIndex, LeavesAHeadThatIsAtNoMark) {
  const OwnCommitIndex run = run_of_ten(kCapacity);
  const Ring::Head head{kCapacity + kSpacing + 64, 100};
  EXPECT_TRUE(is_at(advanced(run, head, UINT64_MAX, UINT64_MAX), head.position, 100));
}

TEST(OwnCommitIndex, EndsWhereSomebodyElsesFramesBegin) {
  OwnCommitIndex run = run_of_ten(kCapacity);
  const uint64_t later = kCapacity + 12 * kSpacing;
  run.note(later, later + kSpacing, 5);
  EXPECT_EQ(run.mark_behind(kCapacity), later) << "what lies before is not counted";
  EXPECT_TRUE(is_at(advanced(run, {later, 50}, UINT64_MAX, UINT64_MAX), later + kSpacing, 55));
}

TEST(OwnCommitIndex, EndsAtWhatIsForgotten) {
  OwnCommitIndex run = run_of_ten(kCapacity);
  run.forget();
  const uint64_t next = kCapacity + 10 * kSpacing;
  run.note(next, next + kSpacing, 5);
  EXPECT_EQ(run.mark_behind(kCapacity), next);
}

#ifdef SHM_COPY_BY_ATOMICS
constexpr uint32_t kSeeds = 1;  // ThreadSanitizer takes long, and there is one thread
#else
constexpr uint32_t kSeeds = 6;
#endif

// Two writers take turns of random length, with messages of random size, batches and aborts. Whoever joins
// must find the head where a message begins, and its number there right.
TEST(OwnCommitIndex, KeepsTheHeadRightWhoeverWrites) {
  for (uint32_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto up_to = [&](uint32_t most) { return static_cast<uint32_t>(random() % (most + 1)); };
    const Sections sections(ring_of(Kind::topic, WhenFull::overwrite));
    const Ring ring(sections.data(), sections.readers(), sections.geometry);
    RingWriter writers[] = {RingWriter(ring, 0), RingWriter(ring, 1)};
    uint64_t written = 0;
    for (int turn = 0; turn < 60; ++turn) {
      RingWriter& writer = writers[up_to(1)];
      for (uint32_t left = up_to(200); left > 0; --left) {
        const uint32_t count = 1 + up_to(3);
        const size_t size = up_to(500);
        ASSERT_EQ(writer.reserve(count * writer.footprint(size), count), RingWriter::Result::ok);
        for (uint32_t i = 0; i < count; ++i) {
          const std::string text = numbered_text(written + 1 + i, size);
          writer.fill({reinterpret_cast<const std::byte*>(text.data()), text.size(), 0});
        }
        if (up_to(20) == 0) {
          writer.abort();
        } else {
          writer.commit();
          written += count;
        }
      }
      JoinedReader reader(ring, 0);
      RingReader::Message message;
      uint64_t last = 0;
      while (const auto text = read(reader, message)) {
        ASSERT_EQ(*text, numbered_text(message.sequence, text->size()));
        ASSERT_TRUE(last == 0 || message.sequence == last + 1);
        last = message.sequence;
      }
      ASSERT_EQ(last, written);
    }
  }
}

}  // namespace
}  // namespace shmbroker::core
