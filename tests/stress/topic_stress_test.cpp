// Topics: every reader gets every message, in each writer's order, or is told exactly how many it has lost.
#include "tests/stress/ring_stress.h"

namespace shmbroker::stress {
namespace {

class TopicStress : public RingStress {
 protected:
  explicit TopicStress(core::WhenFull when_full) : RingStress(core::Kind::topic, when_full) {}

  void run() {
    RingStress::run([this](uint32_t slot, Random& random) { read(slot, random); });
  }

 private:
  // What a reader has had since it joined.
  struct Track {
    bool from_start = false;
    std::array<uint64_t, kWriters> last{};  // the newest message of each writer; 0: none yet
    uint64_t newest = 0;                    // its number in the channel
    uint64_t count = 0;
    uint64_t lost = 0;
  };

  // The first reader is there from the first message to the last; the others come and go.
  void read(uint32_t slot, Random& random) {
    const bool stays = slot == 0;
    for (bool is_first = true, done = false; !done; is_first = false) {
      try {
        std::optional<Mortal> mortal;
        if (!stays) mortal.emplace(random, 3000);
        const auto start = slot == 1 ? core::RingReader::Start::next : core::RingReader::Start::oldest;
        Reader reader(world, slot, start);
        joined += is_first ? 1 : 0;
        Track track;
        track.from_start = stays;
        done = follow(reader, track, stays ? 0 : 1 + random.below(3000), random);
        reader.leave();
      } catch (const Death&) {
        ++deaths;
        joined += is_first ? 1 : 0;
      }
      world.reclaim_reader(slot, random);
    }
  }

  // Reads to the end, or so many messages. Returns whether it was the end.
  bool follow(Reader& reader, Track& track, uint64_t most, Random& random) {
    while (most == 0 || track.count < most) {
      const bool was_over = is_over();
      const bool by_peek = random.one_in(3);
      if (reader.take(by_peek)) {
        if (by_peek && random.one_in(20)) std::this_thread::yield();
        judge(reader, track, !by_peek || reader.release());
      } else if (was_over) {
        expect_all(track);
        return true;
      } else {
        reader.wait_readable(over, random.one_in(4));
      }
    }
    return false;
  }

  void judge(const Reader& reader, Track& track, bool is_intact) {
    const auto& message = reader.message;
    track.lost += message.lost;
    world.check(message.lost == 0 || !world.ring.waits(), "a waiting topic lost a message");
    world.check(is_intact || !world.ring.waits(), "a waiting topic overwrote what was peeked");
    const bool is_next = message.sequence == track.newest + message.lost + 1;
    world.check(is_next || (track.newest == 0 && !track.from_start), "a gap that nobody told of");
    // What was overwritten while it was peeked will be told as lost.
    track.newest = message.sequence - (is_intact ? 0 : 1);
    if (!is_intact) return;
    const Name name = reader.name();
    world.check(name.writer < kWriters && !message.redelivered, "no message of this topic");
    uint64_t& last = track.last[name.writer];
    const bool follows = name.number == last + 1 || (last == 0 && !track.from_start);
    world.check(world.ring.waits() ? follows : name.number > last, "not the writer's next message");
    last = name.number;
    ++track.count;
  }

  void expect_all(const Track& track) {
    const bool has_newest = track.newest == total() || track.count == 0;
    world.check(has_newest || is_newest_overwritten(), "the last message did not come");
    if (!track.from_start) return;
    world.check(track.count + track.lost == track.newest, "what came and what was lost are not all");
    for (uint32_t id = 0; id < kWriters; ++id) {
      world.check(track.last[id] == totals[id] || !world.ring.waits(),
                  "a writer's last message did not come");
    }
  }

  // By room for messages that were aborted then.
  bool is_newest_overwritten() const {
    core::Ring::Head head;
    return world.ring.overwrites() && world.ring.read_head(head) && head.messages == total();
  }
};

#ifndef SHM_COPY_BY_ATOMICS
class WaitingTopicStress : public TopicStress {
 protected:
  WaitingTopicStress() : TopicStress(core::WhenFull::wait) {}
};
TEST_F(WaitingTopicStress, LosesNothing) { run(); }
#endif

#if !defined(SHM_STRESS_TSAN) || defined(SHM_COPY_BY_ATOMICS)
class OverwritingTopicStress : public TopicStress {
 protected:
  OverwritingTopicStress() : TopicStress(core::WhenFull::overwrite) {}
};
TEST_F(OverwritingTopicStress, TellsWhatItLoses) { run(); }
#endif

}  // namespace
}  // namespace shmbroker::stress
