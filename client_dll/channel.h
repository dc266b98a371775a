// An open channel, whatever its kind: waiting, the writers' lock, notification. What reading and writing mean
// is its kind's; see block_channel.h.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "client_dll/attachment.h"
#include "client_dll/call_wait.h"
#include "client_dll/caller_struct.h"
#include "client_dll/counter.h"
#include "client_dll/in_place.h"
#include "client_dll/notification.h"
#include "client_dll/read_backoff.h"
#include "client_dll/second_look.h"
#include "core/marks.h"
#include "core/pause.h"

namespace shmbroker::client {

class RingChannel;

// No status: what is tried at once could not be done so.
inline constexpr int32_t kNotAtOnce = INT32_MIN;

// A handle as one that sleeps: its mark, and the event that is set by whoever takes the mark off.
struct Sleeper {
  core::Marks* marks;
  uint32_t slot;
  HANDLE event;
};

class Channel {
 public:
  // Opens a channel of any kind. Returns SHM_OK and the channel, or a failed status after fail().
  static int32_t open(const std::wstring& name, const ShmOptions& options, Calls& calls,
                      std::unique_ptr<Channel>& channel);
  virtual ~Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // The same channel, if it is a topic or a queue that the handle may write to, or read from. Else null.
  RingChannel* ring_to_write() const { return ring_to_write_; }
  RingChannel* ring_to_read() const { return ring_to_read_; }

  // The caller has the handle's writing call lock. What a kind has no use for is SHM_E_KIND.
  virtual int32_t write(const void* message, size_t size, DWORD timeout_ms) = 0;
  virtual int32_t write_batch(CallerArray<const ShmMessage> messages, uint32_t& written,
                              DWORD timeout_ms) = 0;
  virtual int32_t lock(void*& memory, size_t& size, DWORD timeout_ms);
  virtual int32_t unlock(size_t size);
  virtual int32_t loan(size_t size, void*& memory, DWORD timeout_ms);
  virtual int32_t commit(size_t size);
  virtual int32_t abort();

  // The caller has the handle's reading call lock.
  virtual int32_t read(void* buffer, size_t capacity, size_t& size, DWORD timeout_ms) = 0;
  virtual int32_t read_batch(CallerArray<ShmMessage> messages, std::span<std::byte> buffer, uint32_t& count,
                             DWORD timeout_ms) = 0;
  virtual int32_t peek(const void*& memory, size_t& size, DWORD timeout_ms) = 0;
  virtual int32_t release() = 0;

  // A service. From any thread, but for what needs a call lock: serve() and sleep_for_answer() the reading
  // one, begin_call() and loan_call() the writing one.
  virtual int32_t begin_call(std::span<const std::byte> request, uint64_t& token);
  virtual int32_t loan_call(size_t size, void*& memory, uint64_t& token);
  virtual int32_t commit_call(uint64_t token, size_t size);
  virtual int32_t look_at_call(uint64_t token, const Destination& answer, size_t& size, bool spins);
  virtual int32_t release_call(uint64_t token);
  virtual int32_t sleep_for_answer(uint64_t token, const WaitContext& context);
  virtual int32_t give_up_call(uint64_t token);
  virtual int32_t serve(const Destination& request, size_t& size, uint64_t& token, DWORD timeout_ms);
  virtual int32_t loan_answer(uint64_t token, void*& memory, size_t& capacity);
  virtual int32_t answer(uint64_t token, std::span<const std::byte> bytes);
  virtual int32_t refuse_call(uint64_t token, int32_t code, std::wstring_view text);
  virtual int32_t caller(uint64_t token, ShmCaller& caller);

  // Ends the sleep of all calls on this handle, which then look at what interrupts them. From any thread.
  void interrupt_waits();
  // Why a thread did not get a call lock of this handle.
  int32_t refuse_call_lock(WaitEnd end) const;
  // Why ShmClose could not close the handle.
  int32_t refuse_close() const;
  // The service has so long to hear that the channel is closed.
  void limit_close(DWORD timeout_ms) { at().limit_close(timeout_ms); }
  pipe::FlushRequest flush_request() const { return at().flush_request(); }
  ShmInfo info() const;
  ShmStats stats() const;
  int32_t wait_handle(void*& handle);
  int32_t notify_window(HWND window, UINT message, uintptr_t cookie, ShmChannel handle);
  int32_t notify_pipe(HANDLE pipe, ShmChannel handle);
  int32_t notify_call(ShmNotice function, void* context, ShmChannel handle);

 protected:
  // ring: the same channel, if it is one.
  Channel(std::unique_ptr<Attachment> attachment, const ShmOptions& options, Calls& calls,
          RingChannel* ring = nullptr);

  // Whether there is something that this handle has not read. From any thread.
  virtual bool is_readable() const = 0;
  // Looks so many times. Returns how often it has looked before there was something; most: there was nothing.
  virtual uint32_t poll_readable(uint32_t most) const = 0;
  // The same for certain, and on the way there past what is none. The caller has the handle's reading call
  // lock.
  virtual bool find_readable() { return is_readable(); }
  // Number of the last message or value published.
  virtual uint64_t sequence() const = 0;

  // For a handle that has something to wait for, before anyone can use it. A reader's is one by itself.
  void be_sleeper(const Sleeper& sleeper);
  // For who has taken the mark off for itself: a notification may need it, whose thread asked for it
  // meanwhile.
  void renew_notification();

  // What a kind counts elsewhere than in the slots of readers and writers.
  virtual void add_stats(ShmStats&) const {}

  // Writers, or a service's clients.
  virtual uint32_t writer_count() const;

  // fail(), with the channel's name before what happened.
  int32_t refuse(int32_t status, const std::wstring& what) const;
  // right: SHM_READ or SHM_WRITE, which the handle has not.
  int32_t refuse_right(uint32_t right) const;
  int32_t refuse_size(uint64_t size) const;
  int32_t refuse_buffer(uint64_t size, uint64_t capacity) const;
  int32_t refuse_corrupt() const;
  int32_t refuse_ended() const;
  // Why a wait has ended, other than by its time.
  int32_t refuse_wait(WaitEnd end) const;
  int32_t refuse_locked() const;
  // "process 1234"; of this process, that it is this one.
  static std::wstring process(uint32_t pid);
  bool has_ended() const;

  // The waiting of a call that reads, or writes.
  CallWait read_wait(DWORD timeout_ms) const {
    return {calls_.interrupts, at().data().ended, calls_.reading, timeout_ms};
  }
  CallWait write_wait(DWORD timeout_ms) const {
    return {calls_.interrupts, at().data().ended, calls_.writing, timeout_ms};
  }

  int32_t take_lock(CallWait& wait);
  void drop_lock();

  // Waits until there is something to read; SHM_E_EMPTY, without fail(): there is not. What finds nothing
  // while a notification is wanted leaves the mark that asks for the next one. marks: of those that wait for
  // what the call is going to do.
  int32_t wait_readable(CallWait& wait, core::Marks& marks);

  // The beginning of that: looks again and again, without sleeping. Returns whether there is something; if
  // not, end tells whether that is for good.
  bool spin_until_readable(CallWait& wait, WaitEnd& end);

  // For destructors, first of all: nothing calls is_readable() any more.
  void end_second_looks() { second_look_.end(); }

  // For poll_readable(): with the kind's own look in line.
  template <class Look>
  static uint32_t poll(uint32_t most, Look&& look) {
    uint32_t looks = 0;
    for (; looks < most && !look(); ++looks) core::pause();
    return looks;
  }

  // For a client of a service: see service_calls.h.
  bool is_closing() const { return calls_.interrupts.closing.load(std::memory_order_acquire); }
  void have_others_look() { calls_.answers.announce(); }
  void announce_room() { calls_.room.announce_from_outside(); }
  void mark_blocking() { calls_.reading.mark_blocking(); }

  Attachment& at() const { return *attachment_; }
  uint32_t spin() const { return spin_; }
  HANDLE read_interrupt() const { return read_interrupt_.get(); }
  HANDLE write_interrupt() const { return write_interrupt_.get(); }

 private:
  friend class AnyWait;
  int32_t refuse_no_service() const;
  int32_t notify(const NoticeTarget& target, ShmChannel handle);
  void note_spin(uint32_t looks);
  void notify_if_readable();
  int32_t begin_notifying();

  const std::unique_ptr<Attachment> attachment_;
  RingChannel* const ring_to_write_;
  RingChannel* const ring_to_read_;
  Calls& calls_;
  const uint32_t spin_;
  ReadBackoff backoff_;  // under the reading call lock
  win::Handle read_interrupt_;
  win::Handle write_interrupt_;
  std::optional<Sleeper> sleeper_;
  std::optional<Notification> notification_;
  SecondLook second_look_;
  std::atomic<uint64_t> lock_waits_{0};
};

}  // namespace shmbroker::client
