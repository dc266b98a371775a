#include "client_dll/wait_any.h"

#include <algorithm>
#include <vector>

#include "client_dll/channel_table.h"
#include "core/waking.h"

namespace shmbroker::client {

static_assert(2 * SHM_WAIT_MAX <= MAXIMUM_WAIT_OBJECTS, "an event and an interrupt for each channel");

// The channels of one call, whose reading call locks it has while it lasts: a reader's event wakes one
// thread, and its mark is one thread's.
class AnyWait {
 public:
  explicit AnyWait(uint32_t timeout_ms) : timeout_ms_(timeout_ms), deadline_(timeout_ms) {}
  ~AnyWait() { let_go(); }
  AnyWait(const AnyWait&) = delete;
  AnyWait& operator=(const AnyWait&) = delete;

  int32_t add(ShmChannel handle, uint32_t index) {
    Entry* entry = entry_of(handle);
    if (entry == nullptr) return fail(SHM_E_HANDLE);
    const auto same = std::ranges::find(sources_, entry, &Source::entry);
    // Named twice it is waited for once. Of two handles with one entry, one at least is stale.
    if (same != sources_.end()) return same->handle == handle ? SHM_OK : fail(SHM_E_HANDLE);
    sources_.push_back({entry, handle, index, WaitContext(entry->calls.interrupts, timeout_ms_)});
    return SHM_OK;
  }

  // Takes all the call locks. SUBTLE: it sleeps for one only while it has no other, so that two calls never
  // wait for each other, and a close of one handle never waits for a read of another.
  int32_t hold() {
    for (Source* wanted = &sources_.front(); wanted != nullptr;) {
      const int32_t status = wait_lock_of(*wanted);
      if (status != SHM_OK) return status;
      wanted = take_the_rest();
      if (wanted != nullptr) let_go();
    }
    for (const Source& source : sources_) {
      if (!is_open(*source.entry, source.handle)) return fail(SHM_E_HANDLE);
      if (!source.channel().sleeper_) return source.channel().refuse_right(SHM_READ);
    }
    return SHM_OK;
  }

  int32_t wait(uint32_t& index) {
    core::SleepLimit limit;
    std::vector<HANDLE> events;
    for (const Source& source : sources_) {
      events.push_back(source.channel().sleeper_->event);
      events.push_back(source.channel().read_interrupt_.get());
    }
    for (;;) {
      if (find_readable(index)) return SHM_OK;
      for (Source& source : sources_) {
        const Sleeper& sleeper = *source.channel().sleeper_;
        limit.note_mark(core::mark_waiting(*sleeper.marks, sleeper.slot));
        source.is_marked = true;
      }
      if (find_readable(index)) return SHM_OK;
      for (const Source& source : sources_) {
        const WaitEnd end = source.context.interrupted();
        if (end != WaitEnd::none) return source.channel().refuse_wait(end);
        if (source.channel().has_ended()) return source.channel().refuse_ended();
      }
      const DWORD left = deadline_.left();
      if (left == 0) return fail(SHM_E_EMPTY);
      for (const Source& source : sources_) source.entry->calls.reading.mark_blocking();
      const DWORD woken = WaitForMultipleObjects(static_cast<DWORD>(events.size()), events.data(), FALSE,
                                                 std::min<DWORD>(left, limit.milliseconds()));
      if (woken == WAIT_TIMEOUT) limit.note_passed();
    }
  }

 private:
  struct Source {
    Entry* entry;
    ShmChannel handle;
    uint32_t index;       // among the caller's
    WaitContext context;  // from the call's begin: for what interrupts it
    bool is_held = false;
    bool is_marked = false;

    Channel& channel() const { return *entry->channel; }
  };

  // SUBTLE: while it sleeps for one lock, a cancel or close of another handle does not wake it: it looks at
  // them now and then.
  int32_t wait_lock_of(Source& wanted) {
    constexpr DWORD kPause = 10;
    Calls& calls = wanted.entry->calls;
    const auto enter = [&] {
      return calls.reading.try_lock() ||
             calls.reading.lock(WaitContext(calls.interrupts, std::min(deadline_.left(), kPause))) ==
                 WaitEnd::none;
    };
    while (!enter()) {
      for (const Source& source : sources_) {
        const WaitEnd end = source.context.interrupted();
        if (end != WaitEnd::none) return call_lock_refused(source.handle, end);
      }
      if (deadline_.left() == 0) return call_lock_refused(wanted.handle, WaitEnd::timeout);
    }
    wanted.is_held = true;
    return SHM_OK;
  }

  // Takes the locks that it has not. Returns a source whose lock another call has, or null.
  Source* take_the_rest() {
    for (Source& source : sources_) {
      if (!source.is_held && !source.entry->calls.reading.try_lock()) return &source;
      source.is_held = true;
    }
    return nullptr;
  }

  // Gives the locks and the marks back. SUBTLE: an event that ended the wait may have been a notification's,
  // too.
  void let_go() {
    for (Source& source : sources_) {
      if (source.is_marked) {
        core::clear_mark(*source.channel().sleeper_->marks, source.channel().sleeper_->slot);
        source.channel().renew_notification();
      }
      if (source.is_held) {
        source.entry->calls.reading.unlock();
        source.entry->calls.answers.interrupt();  // a thread that waits for its answer sleeps for itself now
      }
      source.is_held = source.is_marked = false;
    }
  }

  bool find_readable(uint32_t& index) const {
    const auto found =
        std::ranges::find_if(sources_, [](const Source& source) { return source.channel().find_readable(); });
    if (found == sources_.end()) return false;
    index = found->index;
    return true;
  }

  const uint32_t timeout_ms_;
  Deadline deadline_;
  std::vector<Source> sources_;
};

int32_t wait_any(std::span<const ShmChannel> channels, uint32_t& index, uint32_t timeout_ms) {
  return no_throw([&] {
    AnyWait wait(timeout_ms);
    int32_t status = SHM_OK;
    for (uint32_t i = 0; i < channels.size() && status == SHM_OK; ++i) status = wait.add(channels[i], i);
    if (status == SHM_OK) status = wait.hold();
    return status == SHM_OK ? wait.wait(index) : status;
  });
}

}  // namespace shmbroker::client
