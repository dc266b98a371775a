// A ring in ordinary memory, and round it what Windows and the service are to the DLL: events, the mutex's queue, and
// somebody who clears up after the dead.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>

#include "core/ring_recovery.h"
#include "core/robust_lock.h"
#include "core/space_waking.h"
#include "core/waking.h"
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
  // Returns false if it is not set in a time in which it must have been.
  bool wait() {
    std::unique_lock lock(guard_);
    if (!changed_.wait_for(lock, std::chrono::seconds(30), [this] { return set_; })) return false;
    set_ = false;
    return true;
  }

 private:
  std::mutex guard_;
  std::condition_variable changed_;
  bool set_;
};

class World {
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
  // A wait that ends with the test, whoever finds what is wrong.
  void wait(Event& event, const char* what) {
    check(event.wait(), std::string("nobody woke ") + what);
    if (is_broken) throw Broken();
  }

  void wake(uint64_t waiting) {
    core::for_each_slot(waiting, [this](uint32_t reader) { reader_events[reader].set(); });
  }
  void wake_everybody() {
    for (Event& event : reader_events) event.set();
    space_event.set();
    lock_event.set();
  }

  // As the service's Channel::vacate_writer() and vacate_reader(), which may die as well, and begin again.
  void bury_writer(uint32_t slot, Random& random) {
    bury(random, [this, slot] {
      core::recover_writer(ring, slot);
      bool awaited = false;
      lock.release_dead(core::all_but(slot), awaited);
      core::unmark_waiting_for_space(readers(), slot);
    });
  }
  void bury_reader(uint32_t slot, Random& random) {
    bury(random, [this, slot] {
      core::recover_readers(ring, core::all_but(slot));
      core::unmark_waiting(readers(), slot);
    });
  }

 private:
  template <class Recover>
  void bury(Random& random, Recover&& recover) {
    const std::scoped_lock one_at_a_time(broker_);
    for (bool done = false; !done;) {
      try {
        const Mortal mortal(random, 5);
        recover();
        done = true;
      } catch (const Death&) {
      }
    }
    wake_everybody();
  }

  std::mutex broker_;
};

// How a thread waits for the lock. One that dies in the queue leaves it, as a mutex that Windows calls abandoned.
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
  bool sleep() override {
    world_.wait(world_.lock_event, "who waits for the lock");
    return true;
  }

 private:
  World& world_;
  bool is_first_ = false;
};

}  // namespace shmbroker::stress
