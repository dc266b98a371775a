// A queue: each message is done with exactly once, and marked if somebody had it before.
#include "tests/stress/ring_stress.h"

namespace shmbroker::stress {
namespace {

class QueueStress : public RingStress {
 protected:
  QueueStress() : RingStress(core::Kind::queue, core::WhenFull::wait) {
    for (auto& of_writer : ledger) of_writer = std::vector<std::atomic<uint8_t>>(kMost + 16);
  }

  // What became of each message.
  static constexpr uint8_t kDone = 1;
  static constexpr uint8_t kReturned = 2;  // somebody had it, and died or closed

  std::atomic<uint8_t>& entry(const Name& name) {
    world.check(name.writer < kWriters && name.number > 0 && name.number < ledger[0].size(),
                "no message of this queue");
    return ledger[name.writer][static_cast<size_t>(name.number)];
  }

  void read(uint32_t slot, Random& random) {
    for (bool is_first = true, done = false; !done; is_first = false) {
      std::optional<Reader> reader;
      Hand hand;
      try {
        const Mortal mortal(random, 2000);
        reader.emplace(world, slot, core::RingReader::Start::oldest);
        joined += is_first ? 1 : 0;
        done = consume(*reader, hand, random);
        reader->leave();
      } catch (const Death&) {
        ++deaths;
        joined += is_first && !reader ? 1 : 0;
        if (hand.is_done || (hand.is_reading && reader->message.sequence != 0)) finish(*reader, hand);
      }
      world.reclaim_reader(slot, random);
    }
  }

  std::array<std::vector<std::atomic<uint8_t>>, kWriters> ledger;

 private:
  // Where a reader is with the message that it has taken, in case it dies.
  struct Hand {
    std::array<uint64_t, kWriters> last{};
    bool is_reading = false;  // read() has taken it when it gives its number
    bool is_done = false;     // release() has no crash point before it is done
  };

  // Returns true when nothing is left, and false when it closes.
  bool consume(Reader& reader, Hand& hand, Random& random) {
    while (!random.one_in(3000)) {
      const bool was_over = is_over();
      const bool by_peek = random.one_in(3);
      hand.is_reading = !by_peek;
      if (!reader.take(by_peek)) {
        if (was_over) return true;
        reader.wait_readable(over, random.one_in(4));
        continue;
      }
      if (by_peek && random.one_in(50)) {
        // Before anyone else can get it.
        entry(reader.name()).fetch_or(kReturned);
        if (random.one_in(2)) throw Death{"test.peeked"};
        return false;
      }
      hand.is_done = true;
      world.check(!by_peek || reader.release(), "what a reader had taken was overwritten");
      finish(reader, hand);
    }
    return false;
  }

  void finish(const Reader& reader, Hand& hand) {
    const Name name = reader.name();
    const bool again = reader.message.redelivered;
    world.check((entry(name).fetch_or(kDone) & kDone) == 0, "a message was done with twice");
    world.check(again || (entry(name) & kReturned) == 0, "a message that somebody had before is not marked");
    world.check(again || name.number > hand.last[name.writer], "a message came before its predecessor");
    world.check(reader.message.lost == 0, "a queue lost a message");
    if (!again) hand.last[name.writer] = name.number;
    hand.is_reading = hand.is_done = false;
  }
};

TEST_F(QueueStress, GivesEachMessageOnce) {
  run([this](uint32_t slot, Random& random) { read(slot, random); });
  for (uint32_t id = 0; id < kWriters && !world.is_broken; ++id) {
    uint64_t done = 0;
    for (uint64_t number = 1; number < ledger[id].size(); ++number) {
      done += ledger[id][static_cast<size_t>(number)] & kDone;
      ASSERT_TRUE(number != totals[id] || done == number) << "of " << number << " only " << done << " came";
    }
    EXPECT_EQ(done, totals[id]);
  }
}

}  // namespace
}  // namespace shmbroker::stress
