// A ring in ordinary memory, and round it what Windows and the service are to the DLL: events, the mutex's
// queue, and somebody who clears up after the dead.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "core/publishing.h"
#include "core/reclaim.h"
#include "core/robust_lock.h"
#include "tests/stress/mortal.h"
#include "tests/support/ring_fixture.h"

namespace shmbroker::stress {

// Something is wrong, and was said: every thread is to come to its end.
struct Broken {};

// An auto-reset event. One that starts set is a mutex to queue on.
class Event {
 public:
  explicit Event(bool set = false) : set_(set) {}

  void set() {
    const std::scoped_lock lock(guard_);
    set_ = true;
    changed_.notify_one();
  }
  // Returns false if it is not set in time; without a limit, in a time in which it must have been.
  bool wait(uint32_t limit_ms = 30'000) {
    std::unique_lock lock(guard_);
    if (!changed_.wait_for(lock, std::chrono::milliseconds(limit_ms), [this] { return set_; })) return false;
    set_ = false;
    return true;
  }

 private:
  std::mutex guard_;
  std::condition_variable changed_;
  bool set_;
};

class World final : public core::ChannelEvents {
 public:
  const core::Sections sections;
  const core::Ring ring;
  core::RobustLock lock;
  Event reader_events[core::kMaxReaders];
  Event space_event;
  Event lock_event;
  Event lock_queue{true};
  std::atomic<bool> is_broken = false;

  explicit World(const core::Geometry& geometry)
      : sections(geometry), ring(sections.data(), sections.readers(), geometry), lock(sections.data().lock) {}

  core::ReadersSection& readers() const { return sections.readers(); }

  // Says what is wrong, and ends the test.
  void check(bool is_right, const std::string& what) {
    if (is_right) return;
    ADD_FAILURE() << what;
    is_broken = true;
    wake_everybody();
    throw Broken();
  }
  // A wait that ends with the test, whoever finds what is wrong. Returns false if it ended by its limit.
  bool wait(Event& event, const char* what, uint32_t limit_ms = core::kNoLimit) {
    const bool is_set = limit_ms == core::kNoLimit ? event.wait() : event.wait(limit_ms);
    check(is_set || limit_ms != core::kNoLimit, std::string("nobody woke ") + what);
    if (is_broken) throw Broken();
    return is_set;
  }

  void set_reader_event(uint32_t slot) override { reader_events[slot].set(); }
  void set_space_event() override { space_event.set(); }
  void set_lock_event() override { lock_event.set(); }
  void wake_everybody() { core::wake_everybody(*this, UINT64_MAX); }

  // As the service admits a client.
  void admit_writer(uint32_t slot) {
    const std::scoped_lock one_at_a_time(broker_);
    core::reset(sections.data().writers[slot]);
    sections.data().presence.writers.fetch_or(~core::all_but(slot), std::memory_order_release);
  }
  void admit_reader(uint32_t slot) {
    const std::scoped_lock one_at_a_time(broker_);
    core::reset(readers().readers[slot]);
    sections.data().presence.readers.fetch_or(~core::all_but(slot), std::memory_order_release);
  }

  // As the service's Channel::vacate_writer() and vacate_reader(). The service may die as well, and begin
  // again.
  void reclaim_writer(uint32_t slot, Random& random) {
    reclaim(random, [this, slot] {
      std::atomic<uint64_t>& present = sections.data().presence.writers;
      const uint64_t others = present.load(std::memory_order_relaxed) & core::all_but(slot);
      core::reclaim_writer(memory(), slot, others, *this);
      present.store(others, std::memory_order_release);
    });
  }
  void reclaim_reader(uint32_t slot, Random& random) {
    reclaim(random, [this, slot] {
      std::atomic<uint64_t>& present = sections.data().presence.readers;
      const uint64_t others = present.load(std::memory_order_relaxed) & core::all_but(slot);
      core::reclaim_readers(memory(), others);
      present.store(others, std::memory_order_release);
    });
  }

 private:
  core::ChannelMemory memory() const { return {sections.data(), readers(), &ring}; }

  template <class Reclaim>
  void reclaim(Random& random, Reclaim&& reclaim) {
    const std::scoped_lock one_at_a_time(broker_);
    for (bool done = false; !done;) {
      try {
        const Mortal mortal(random, 5);
        reclaim();
        done = true;
      } catch (const Death&) {
      }
    }
    wake_everybody();
  }

  std::mutex broker_;
};

// How a thread waits for an event. gives_up(): asked before each sleep.
template <class AnyWorld, class GivesUp>
class ThreadEventWait final : public core::EventWait {
 public:
  ThreadEventWait(AnyWorld& world, Event& event, const char* what, GivesUp gives_up)
      : world_(world), event_(event), what_(what), gives_up_(std::move(gives_up)) {}

  core::WaitEnd check() override { return core::WaitEnd::none; }
  core::WaitEnd sleep(uint32_t limit_ms) override {
    if (gives_up_()) return core::WaitEnd::timeout;
    return world_.wait(event_, what_, limit_ms) ? core::WaitEnd::none : core::WaitEnd::limit;
  }
  void yield() override { std::this_thread::yield(); }

 private:
  AnyWorld& world_;
  Event& event_;
  const char* what_;
  GivesUp gives_up_;
};

// How a thread waits for the lock. One that dies in the queue leaves it, as a mutex that Windows calls
// abandoned.
class ThreadWait final : public core::LockWait {
 public:
  explicit ThreadWait(World& world) : world_(world) {}
  ~ThreadWait() {
    if (is_first_) leave();
  }
  ThreadWait(const ThreadWait&) = delete;
  ThreadWait& operator=(const ThreadWait&) = delete;

  bool enter() override {
    world_.wait(world_.lock_queue, "the lock's queue");
    return is_first_ = true;
  }
  void leave() override {
    is_first_ = false;
    world_.lock_queue.set();
  }
  bool sleep(uint32_t limit_ms, bool& has_waited) override {
    has_waited = !world_.wait(world_.lock_event, "who waits for the lock", limit_ms);
    return true;
  }

 private:
  World& world_;
  bool is_first_ = false;
};

}  // namespace shmbroker::stress
