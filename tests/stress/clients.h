// What the DLL does for a writer and for a reader, on a thread that may die at any point of it.
#pragma once

#include <thread>
#include <vector>

#include "tests/stress/world.h"
#include "tests/support/lockstep.h"

namespace shmbroker::stress {

// A message names its writer and its number in every word, and its size follows from them: mostly small, now
// and then as large as may be.
struct Name {
  uint32_t writer = 0;
  uint64_t number = 0;  // 1, 2, 3 … of the messages that this writer has committed

  uint64_t word() const { return uint64_t{writer + 1} << 48 | number; }
  size_t size() const {
    const uint64_t scattered = (word() * 0x9E3779B97F4A7C15u) >> 40;
    return 8 * (1 + static_cast<size_t>(scattered % (scattered % 64 == 0 ? 4000 : 100)));
  }
};

class Writer {
 public:
  Writer(World& world, uint32_t slot) : world_(world), slot_(slot), writer_(world.ring, slot) {
    world.admit_writer(slot);
  }

  // Writes some messages at once, as many of `most` as one reservation takes. first: the number of the first.
  // held: for how long it holds them back before it commits, while all others wait.
  void write(uint64_t first, uint32_t most, uint64_t held, uint32_t spin) {
    committed = 0;
    uint64_t bytes = 0;
    uint32_t count = 0;
    for (; count < most; ++count) {
      const uint64_t more = writer_.footprint(Name{slot_, first + count}.size());
      if (bytes + more > writer_.largest_reservation()) break;
      bytes += more;
    }
    reserve(bytes, count, spin);
    for (uint32_t i = 0; i < count; ++i) fill(Name{slot_, first + i});
    for (; held != 0; --held) std::this_thread::yield();
    committed = count;
    writer_.commit();
    core::wake_after_commit(world_.ring, left_, world_);
  }

  // Takes room and gives it back. Nobody may ever see what was in it.
  void abort(uint64_t number, uint32_t spin) {
    const Name never{slot_, number | uint64_t{1} << 40};
    reserve(writer_.footprint(never.size()), 1, spin);
    fill(never);
    writer_.abort();
    core::wake_after_commit(world_.ring, left_, world_);
  }

  // How many messages the last write() has committed; also if it died: commit() has no point before its one
  // store.
  uint32_t committed = 0;

 private:
  static constexpr uint32_t kSpin = 2 * core::kTurnsBetweenTries;
  static constexpr uint32_t kSleepsToGiveUp = 8;

  core::RingWriter::Result try_reserve(uint64_t bytes, uint32_t count, uint32_t spin) {
    ThreadWait wait(world_);
    world_.lock.lock(slot_, spin, wait);
    const auto result = writer_.reserve(bytes, count);
    world_.lock.unlock(world_);
    return result;
  }

  // Gives up now and then, as at the end of its time, and then begins again.
  void reserve(uint64_t bytes, uint32_t count, uint32_t spin) {
    auto result = try_reserve(bytes, count, spin);
    const auto has_result = [&] {
      result = try_reserve(bytes, count, spin);
      return result != core::RingWriter::Result::full;
    };
    ThreadEventWait wait(world_, world_.space_event, "a writer that waits for space",
                         [this] { return ++sleeps_ % kSleepsToGiveUp == 0; });
    while (result == core::RingWriter::Result::full) {
      core::wait_space(world_.readers(), slot_, kSpin, wait, world_, has_result);
    }
    world_.check(result == core::RingWriter::Result::ok, "the ring is damaged, says a writer");
  }

  void fill(const Name& name) {
    std::vector<std::byte> bytes(name.size());
    tests::fill_lockstep(bytes.data(), bytes.size(), name.word());
    core::copy_to_shared(writer_.memory(), bytes.data(), bytes.size());
    writer_.add(bytes.size());
  }

  World& world_;
  uint32_t slot_;
  uint32_t sleeps_ = 0;
  core::RingWriter writer_;
  core::LeftMessages left_;
};

class Reader {
 public:
  Reader(World& world, uint32_t slot, core::RingReader::Start start)
      : world_(world), slot_(slot), reader_(world.ring, slot), buffer_(core::kMinRing) {
    world.admit_reader(slot);
    expect_sound(reader_.join(start));
    wake_writers();
  }

  // Takes the next message, by a copy or by a look that release() ends. Returns false if there is none now.
  bool take(bool by_peek) {
    auto result = core::RingReader::Result::overtaken;
    while (result == core::RingReader::Result::overtaken) {
      message = {};
      result = by_peek ? reader_.peek(message) : reader_.read(buffer_.data(), buffer_.size(), message);
      wake_writers();
    }
    if (result == core::RingReader::Result::empty) return false;
    expect_sound(result);
    if (by_peek) core::copy_from_shared(buffer_.data(), message.data, static_cast<size_t>(message.size));
    if (std::exchange(was_woken_, false)) core::pass_wake_up_on(world_.ring, reader_, world_);
    return true;
  }
  // Returns whether what was peeked was intact.
  bool release() {
    const bool intact = reader_.release();
    wake_writers();
    return intact;
  }
  void leave() {
    if (std::exchange(was_woken_, false)) core::pass_wake_up_on(world_.ring, reader_, world_);
    reader_.leave();
    wake_writers();
  }

  // Sleeps until there may be something, or `over`. by_event: as a program that waits for the handle's event
  // itself.
  void wait_readable(const std::atomic<bool>& over, bool by_event) {
    // acquire: pairs with the release of who is over, whose messages are all there then.
    const auto is_readable = [&] {
      return reader_.may_be_readable() || over.load(std::memory_order_acquire);
    };
    Event& event = world_.reader_events[slot_];
    constexpr const char* kWho = "a reader that has asked for its event";
    if (by_event) {
      const auto set_event = [&] { world_.set_reader_event(slot_); };
      core::request_event(world_.readers().waiting, slot_, is_readable, set_event);
      if (world_.wait(event, kWho, core::kSecondLookMs)) return;
      core::set_event_if_readable(world_.readers().waiting, slot_, is_readable, set_event);
      world_.wait(event, kWho);
      return;
    }
    if (world_.ring.is_queue() && is_polled_until(is_readable)) return;
    ThreadEventWait wait(world_, event, "a reader", [] { return false; });
    core::Marks& marks = world_.ring.is_queue() ? world_.readers().waiting_takers : world_.readers().waiting;
    const core::SleepResult slept = core::wait_readable(world_.readers(), marks, slot_, wait, is_readable);
    was_woken_ = world_.ring.is_queue() && (was_woken_ || slept.was_woken);
  }

  // Whose the message is that was copied to the buffer. Fails if it is torn.
  Name name() const {
    uint64_t word = 0;
    world_.check(tests::read_lockstep(buffer_.data(), static_cast<size_t>(message.size), word), "torn");
    const Name name{static_cast<uint32_t>(word >> 48) - 1, word & 0xFFFF'FFFF'FFFFu};
    world_.check(name.size() == message.size, "of another size");
    return name;
  }

  core::RingReader::Message message;

 private:
  static constexpr int kPollingTurns = 3;

  // Writers leave messages to it meanwhile.
  template <class IsReadable>
  bool is_polled_until(const IsReadable& is_readable) {
    core::begin_polling(world_.readers(), slot_);
    was_woken_ = true;
    for (int turn = 0; turn < kPollingTurns; ++turn) {
      if (is_readable()) return true;
      std::this_thread::yield();
    }
    return false;
  }
  void expect_sound(core::RingReader::Result result) {
    world_.check(result == core::RingReader::Result::ok, "the ring is damaged, says a reader");
  }
  void wake_writers() { core::wake_after_read(reader_, world_); }

  World& world_;
  uint32_t slot_;
  core::RingReader reader_;
  std::vector<std::byte> buffer_;
  bool was_woken_ = false;  // a queue: for a message that it has not taken yet
};

}  // namespace shmbroker::stress
