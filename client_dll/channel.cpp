#include "client_dll/channel.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "client_dll/block_channel.h"
#include "client_dll/errors.h"
#include "client_dll/ring_channel.h"
#include "client_dll/service_channel.h"
#include "core/pause.h"
#include "core/robust_lock.h"
#include "core/waking.h"

namespace shmbroker::client {
namespace {

constexpr uint32_t kDefaultSpin = 100;

// relaxed: diagnostic only.
uint32_t count(const std::atomic<uint64_t>& places) {
  return static_cast<uint32_t>(std::popcount(places.load(std::memory_order_relaxed)));
}

}  // namespace

int32_t Channel::open(const std::wstring& name, const ShmOptions& options, Calls& calls,
                      std::unique_ptr<Channel>& channel) {
  auto attachment = std::make_unique<Attachment>();
  const int32_t status = attachment->open(name, options);
  if (status != SHM_OK) return status;
  std::unique_ptr<Channel> made;
  if (attachment->geometry().kind == core::Kind::block) {
    made = std::make_unique<BlockChannel>(std::move(attachment), options, calls);
  } else if (attachment->geometry().kind == core::Kind::service) {
    auto service = std::make_unique<ServiceChannel>(std::move(attachment), options, calls);
    const int32_t joined = service->join();
    if (joined != SHM_OK) return joined;
    made = std::move(service);
  } else {
    auto ring = std::make_unique<RingChannel>(std::move(attachment), options, calls);
    const int32_t joined = ring->join((options.flags & SHM_OPEN_NEXT) != 0);
    if (joined != SHM_OK) return joined;
    made = std::move(ring);
  }
  if (!made->read_interrupt_ || !made->write_interrupt_)
    return fail(SHM_E_SYSTEM, L"cannot create an event", GetLastError());
  channel = std::move(made);
  return SHM_OK;
}

Channel::Channel(std::unique_ptr<Attachment> attachment, const ShmOptions& options, Calls& calls,
                 RingChannel* ring)
    : attachment_(std::move(attachment)),
      ring_to_write_(at().can_write() ? ring : nullptr),
      ring_to_read_(at().can_read() ? ring : nullptr),
      calls_(calls),
      spin_(options.spin != 0 ? options.spin : kDefaultSpin),
      backoff_(at().geometry().capacity),
      read_interrupt_(CreateEventW(nullptr, FALSE, FALSE, nullptr)),
      write_interrupt_(CreateEventW(nullptr, FALSE, FALSE, nullptr)),
      second_look_(
          [](void* channel) {
            const auto& self = *static_cast<const Channel*>(channel);
            core::set_event_if_readable(
                *self.sleeper_->marks, self.sleeper_->slot, [&self] { return self.is_readable(); },
                [&self] { SetEvent(self.sleeper_->event); });
          },
          this) {
  if (at().can_read()) be_sleeper({&at().readers().waiting, at().reader(), at().reader_event()});
}

void Channel::be_sleeper(const Sleeper& sleeper) {
  sleeper_ = sleeper;
  notification_.emplace(sleeper.event, read_interrupt_.get());
}

void Channel::interrupt_waits() {
  SetEvent(read_interrupt_.get());
  SetEvent(write_interrupt_.get());
  calls_.answers.interrupt();
  calls_.room.interrupt();
}

// ---- refusing

int32_t Channel::refuse(int32_t status, const std::wstring& what) const {
  return fail(status, L"channel '" + at().name() + L"': " + what);
}

int32_t Channel::refuse_right(uint32_t right) const {
  return refuse(SHM_E_ACCESS, right == SHM_READ
                                  ? L"this handle was not opened for reading; open one with SHM_READ"
                                  : L"this handle was not opened for writing; open one with SHM_WRITE");
}

int32_t Channel::refuse_size(uint64_t size) const {
  return refuse(SHM_E_SIZE, std::to_wstring(size) + L" bytes are more than the " +
                                std::to_wstring(at().geometry().max_message) +
                                L" that it takes; send less, or raise capacity or max_message in "
                                L"shmbroker.json");
}

int32_t Channel::refuse_buffer(uint64_t size, uint64_t capacity) const {
  return refuse(SHM_E_BUFFER, L"the message has " + std::to_wstring(size) + L" bytes, the buffer " +
                                  std::to_wstring(capacity) +
                                  L"; call again with a larger one, the message stays");
}

int32_t Channel::refuse_corrupt() const {
  return refuse(SHM_E_CORRUPT,
                L"its memory is damaged; restart the service, which makes it anew, and open it again");
}

int32_t Channel::refuse_ended() const {
  return refuse(SHM_E_CLOSED, L"it has ended, as the service's configuration wants it; open it again");
}

int32_t Channel::refuse_wait(WaitEnd end) const {
  switch (end) {
    case WaitEnd::cancelled:
      // relaxed: diagnostic only.
      return refuse(SHM_E_CANCELLED,
                    calls_.interrupts.is_cancelled.load(std::memory_order_relaxed)
                        ? L"ShmSetCancelled keeps this handle from waiting; call it with 0 to wait again"
                        : L"ShmCancel ended the wait; call again to go on waiting");
    case WaitEnd::closing:
      return refuse(SHM_E_CLOSED, L"this handle is being closed; open it again to go on");
    default:
      return refuse_ended();
  }
}

int32_t Channel::refuse_call_lock(WaitEnd end) const {
  if (end != WaitEnd::timeout) return refuse_wait(end);
  return refuse(
      SHM_E_TIMEOUT,
      L"another thread used this handle until the time was up; open one for each thread, or try again");
}

// A thread may have died with the lock in a process that lives on. Nobody can know that, and so nobody takes
// the lock away; but one can be told where to look.
int32_t Channel::refuse_locked() const {
  const uint32_t owner = core::RobustLock(at().data().lock).owner();
  if (owner >= core::kMaxWriters)
    return refuse(SHM_E_TIMEOUT, L"other writers held their lock until the time was up; try again");
  return refuse(SHM_E_TIMEOUT,
                process(at().pid_of_writer(owner)) +
                    L" holds the writers' lock; if that is for long, a thread of it may have died "
                    L"or hang: end the process, and the lock is free");
}

std::wstring Channel::process(uint32_t pid) {
  const std::wstring process = L"process " + std::to_wstring(pid);
  return pid == GetCurrentProcessId() ? L"this very process (" + process + L")" : process;
}

int32_t Channel::refuse_close() const {
  return refuse(
      SHM_E_TIMEOUT,
      L"a thread of this process does not come back from a call on this handle: it was ended by "
      L"TerminateThread, or is suspended; end the process, or have the thread go on and call ShmClose "
      L"again");
}

// acquire: pairs with the release in the service's Channel::end().
bool Channel::has_ended() const { return at().data().ended.load(std::memory_order_acquire) != 0; }

// ---- writing

int32_t Channel::take_lock(CallWait& wait) {
  core::RobustLock lock(at().data().lock);
  if (lock.try_lock(at().writer())) return SHM_OK;
  add(lock_waits_, 1);
  add(at().writer_slot().waits, 1);
  KernelLockWait lock_wait(wait.context(), at().mutex(), at().lock_event(), write_interrupt_.get());
  if (lock.lock(at().writer(), spin_, lock_wait)) return SHM_OK;
  return lock_wait.end() == WaitEnd::timeout ? refuse_locked() : refuse_wait(lock_wait.end());
}

void Channel::drop_lock() { core::RobustLock(at().data().lock).unlock(at()); }

int32_t Channel::lock(void*&, size_t&, DWORD) {
  return refuse(SHM_E_KIND, L"only a block can be locked; use ShmLoan");
}
int32_t Channel::unlock(size_t) { return refuse(SHM_E_KIND, L"only a block can be locked; use ShmLoan"); }
int32_t Channel::loan(size_t, void*&, DWORD) {
  return refuse(SHM_E_KIND, L"a block lends nothing; use ShmLock");
}
int32_t Channel::commit(size_t) { return refuse(SHM_E_KIND, L"a block lends nothing; use ShmLock"); }
int32_t Channel::abort() { return refuse(SHM_E_KIND, L"a block lends nothing; use ShmLock"); }

// ---- calls, of a service alone

int32_t Channel::refuse_no_service() const {
  return refuse(SHM_E_KIND, L"it is no service, which alone is called and served");
}
int32_t Channel::begin_call(std::span<const std::byte>, uint64_t&) { return refuse_no_service(); }
int32_t Channel::loan_call(size_t, void*&, uint64_t&) { return refuse_no_service(); }
int32_t Channel::commit_call(uint64_t, size_t) { return refuse_no_service(); }
int32_t Channel::look_at_call(uint64_t, const Destination&, size_t&, bool) { return refuse_no_service(); }
int32_t Channel::release_call(uint64_t) { return refuse_no_service(); }
int32_t Channel::sleep_for_answer(uint64_t, const WaitContext&) { return refuse_no_service(); }
int32_t Channel::give_up_call(uint64_t) { return refuse_no_service(); }
int32_t Channel::serve(const Destination&, size_t&, uint64_t&, DWORD) { return refuse_no_service(); }
int32_t Channel::loan_answer(uint64_t, void*&, size_t&) { return refuse_no_service(); }
int32_t Channel::answer(uint64_t, std::span<const std::byte>) { return refuse_no_service(); }
int32_t Channel::refuse_call(uint64_t, int32_t, std::wstring_view) { return refuse_no_service(); }
int32_t Channel::caller(uint64_t, ShmCaller&) { return refuse_no_service(); }

// ---- waiting for something to read

void Channel::note_spin(uint32_t looks) {
  // relaxed: our own counters.
  const core::ReaderSlot& slot = at().reader_slot();
  backoff_.note_wait(looks, slot.messages.load(std::memory_order_relaxed),
                     slot.bytes.load(std::memory_order_relaxed));
}

bool Channel::spin_until_readable(CallWait& wait, WaitEnd& end) {
  const uint32_t kept_off = std::min(backoff_.turns(), spin_);
  for (uint32_t turn = 0; turn < kept_off; ++turn) core::pause();
  uint32_t turn = kept_off;
  while (turn < spin_ && end == WaitEnd::none) {
    const uint32_t most = std::min(spin_ - turn, core::kTurnsBetweenChecks);
    const uint32_t looks = poll_readable(most);
    turn += looks;
    if (looks < most) {
      note_spin(turn - kept_off);
      return true;
    }
    if (turn < spin_) end = wait.context().end();
  }
  note_spin(spin_);
  return false;
}

int32_t Channel::wait_readable(CallWait& wait, core::Marks& marks) {
  const auto is_readable = [this] { return this->is_readable(); };
  if (!wait.is_allowed()) {
    if (notification_->is_wanted() && !core::has_mark(*sleeper_->marks, sleeper_->slot)) {
      if (core::mark_and_check(*sleeper_->marks, sleeper_->slot, is_readable)) return SHM_OK;
      second_look_.request();
    }
    return has_ended() ? refuse_ended() : SHM_E_EMPTY;
  }
  // A call that comes again was told that there is something, and got nothing: hostile readers could make
  // that go on for ever.
  WaitEnd end = wait.again();
  if (end == WaitEnd::none) {
    if (!wait.has_spun() && spin_until_readable(wait, end)) return SHM_OK;
    CallEventWait event_wait(wait, at().reader_event(), read_interrupt_.get());
    event_wait.yield();  // where reader and writer share a processor, this is what lets the writer write
    if (is_readable()) return SHM_OK;
    const core::SleepResult slept =
        core::wait_readable(at().readers(), marks, at().reader(), event_wait, is_readable);
    add(at().reader_slot().waits, slept.sleeps);
    wait.note_wake_up(slept.was_woken);
    end = slept.end;
    if (end == WaitEnd::none) return SHM_OK;
  }
  // SUBTLE: the mark that was taken off may be one that a notification needs, whose thread asked for it
  // meanwhile.
  renew_notification();
  return end == WaitEnd::timeout ? SHM_E_EMPTY : refuse_wait(end);
}

// ---- notification

int32_t Channel::begin_notifying() {
  if (second_look_.begin()) return SHM_OK;
  return refuse(SHM_E_SYSTEM,
                L"cannot make a timer of the thread pool (error " + std::to_wstring(GetLastError()) + L")");
}

int32_t Channel::wait_handle(void*& handle) {
  if (!sleeper_) return refuse_right(SHM_READ);
  const int32_t status = begin_notifying();
  if (status != SHM_OK) return status;
  notification_->want_event();
  handle = sleeper_->event;
  notify_if_readable();
  return SHM_OK;
}

int32_t Channel::notify_window(HWND window, UINT message, uintptr_t cookie, ShmChannel handle) {
  if (!sleeper_) return refuse_right(SHM_READ);
  if (window == nullptr) {
    notification_->end();
    return SHM_OK;
  }
  DWORD process = 0;
  if (GetWindowThreadProcessId(window, &process) == 0)
    return refuse(SHM_E_ARGUMENT, L"the window to notify is not a window; give one of this process");
  if (process != GetCurrentProcessId()) {
    return refuse(SHM_E_ARGUMENT, L"the window to notify is one of process " + std::to_wstring(process) +
                                      L"; give one of this process");
  }
  int32_t status = begin_notifying();
  if (status == SHM_OK) status = notification_->post_to(window, message, cookie, handle);
  if (status == SHM_OK) notify_if_readable();
  return status;
}

int32_t Channel::notify_pipe(HANDLE pipe, ShmChannel handle) {
  const int32_t status = notify({.pipe = pipe}, handle);
  if (status == SHM_E_ARGUMENT)
    return refuse(status, L"what is to be notified is not a pipe of this process");
  return status;
}

int32_t Channel::notify_call(ShmNotice function, void* context, ShmChannel handle) {
  return notify({.function = function, .context = context}, handle);
}

int32_t Channel::notify(const NoticeTarget& target, ShmChannel handle) {
  if (!sleeper_) return refuse_right(SHM_READ);
  if (target.pipe == nullptr && target.function == nullptr) {
    notification_->end();
    return SHM_OK;
  }
  int32_t status = begin_notifying();
  if (status == SHM_OK) status = notification_->notify(target, handle);
  if (status == SHM_OK) notify_if_readable();
  return status;
}

// The first notification is about what is there already.
void Channel::notify_if_readable() {
  core::request_event(
      *sleeper_->marks, sleeper_->slot, [this] { return is_readable(); },
      [this] { SetEvent(sleeper_->event); });
  second_look_.request();
}

void Channel::renew_notification() {
  if (notification_->is_wanted()) notify_if_readable();
}

// ---- telling

uint32_t Channel::writer_count() const { return count(at().data().presence.writers); }

ShmInfo Channel::info() const {
  ShmInfo info{};
  info.kind = static_cast<uint32_t>(at().geometry().kind);
  info.access = (at().can_read() ? SHM_READ : 0) | (at().can_write() ? SHM_WRITE : 0);
  info.readers = count(at().data().presence.readers);
  info.writers = writer_count();
  info.capacity = at().geometry().capacity;
  info.max_message = at().geometry().max_message;
  std::copy(at().name().begin(), at().name().end(), info.name);
  std::copy(at().creator().begin(), at().creator().end(), info.creator);
  info.instance = at().geometry().instance[0];  // the half that the objects' names have: no secret
  return info;
}

ShmStats Channel::stats() const {
  ShmStats stats{};
  // relaxed: counters; each is right by itself.
  stats.sequence = sequence();
  stats.recoveries = at().data().lock.recoveries.load(std::memory_order_relaxed);
  stats.lock_waits = lock_waits_.load(std::memory_order_relaxed);
  if (at().can_write() && !at().is_service()) {
    stats.written = at().writer_slot().messages.load(std::memory_order_relaxed);
    stats.bytes_written = at().writer_slot().bytes.load(std::memory_order_relaxed);
  }
  if (at().can_read()) {
    stats.read = at().reader_slot().messages.load(std::memory_order_relaxed);
    stats.bytes_read = at().reader_slot().bytes.load(std::memory_order_relaxed);
    stats.lost = at().reader_slot().lost.load(std::memory_order_relaxed);
    stats.read_waits = at().reader_slot().waits.load(std::memory_order_relaxed);
  }
  add_stats(stats);
  return stats;
}

}  // namespace shmbroker::client
