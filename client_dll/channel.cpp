#include "client_dll/channel.h"

#include <algorithm>
#include <cwchar>

#include "client_dll/errors.h"
#include "core/copy.h"
#include "core/pause.h"
#include "core/robust_lock.h"
#include "core/waking.h"
#include "core/win/security.h"

namespace shmbroker::client {
namespace {

constexpr DWORD kCloseTimeout = 2000;  // milliseconds that ShmClose gives the broker

const wchar_t* wide(const char16_t* text) { return reinterpret_cast<const wchar_t*>(text); }

// An object that the broker named must be the broker's: anybody may make a mutex of any name first.
bool is_owned(HANDLE object, const BrokerIdentity& identity) {
  return win::object_owner(object) == identity.owner;
}

int32_t cannot_open(const wchar_t* object, DWORD error) {
  const int32_t status = error == ERROR_ACCESS_DENIED ? SHM_E_ACCESS : SHM_E_SYSTEM;
  return fail(status, std::wstring(L"cannot open ") + object, error);
}

int32_t not_owned(const wchar_t* object) {
  return fail(SHM_E_UNTRUSTED,
              std::wstring(object) + L" does not belong to the ShmBroker service: nothing was mapped");
}

// Sole writers of their own counters: no read-modify-write is needed.
void add(std::atomic<uint64_t>& counter, uint64_t amount) {
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

uint32_t count_taken(const core::ClientSlot* slots, uint32_t count) {
  uint32_t taken = 0;
  for (uint32_t i = 0; i < count; ++i) {
    // relaxed: a number for people.
    if (slots[i].state.load(std::memory_order_relaxed) == static_cast<uint32_t>(core::SlotState::taken))
      ++taken;
  }
  return taken;
}

}  // namespace

Channel::Channel(const std::wstring& name, const ShmOptions& options, const Interrupts& interrupts)
    : name_(name),
      interrupts_(interrupts),
      spin_(options.spin != 0 ? options.spin : 100),
      start_at_next_((options.flags & SHM_OPEN_NEXT) != 0) {}

int32_t Channel::open(const std::wstring& name, const ShmOptions& options, const Interrupts& interrupts,
                      std::unique_ptr<Channel>& channel) {
  pipe::OpenRequest request{};
  request.access = options.access;
  request.kind = options.kind;
  std::copy(name.begin(), name.end(), request.name);
  const auto reply = std::make_unique<pipe::OpenReply>();
  BrokerIdentity identity;
  std::unique_ptr<Channel> made(new Channel(name, options, interrupts));
  const DWORD timeout = options.open_timeout_ms != 0 ? options.open_timeout_ms : 5000;
  int32_t status = ask(request, *reply, timeout, identity);
  if (status == SHM_OK) status = made->attach(*reply, identity);
  if (status == SHM_OK) channel = std::move(made);
  return status;
}

int32_t Channel::attach(const pipe::OpenReply& reply, const BrokerIdentity& identity) {
  const auto is_slot = [](uint32_t slot, uint32_t count) { return slot < count || slot == pipe::kNoSlot; };
  if (!is_slot(reply.reader, core::kMaxReaders) || !is_slot(reply.writer, core::kMaxWriters))
    return fail(SHM_E_VERSION);
  for (const auto* name : {&reply.data, &reply.readers, &reply.mutex, &reply.lock_event, &reply.space_event,
                           &reply.reader_event}) {
    if (!pipe::is_terminated(*name)) return fail(SHM_E_VERSION);
  }
  // From here on the slots are ours, and the destructor gives them back.
  reader_ = reply.reader;
  writer_ = reply.writer;
  std::copy(std::begin(reply.instance), std::end(reply.instance), geometry_.instance);
  int32_t status = map(reply, identity);
  if (status == SHM_OK) status = open_events(reply, identity);
  return status;
}

int32_t Channel::map(const pipe::OpenReply& reply, const BrokerIdentity& identity) {
  // A reader gets a view that it can't write to: the kernel would refuse any other.
  const DWORD data_access = can_write() ? FILE_MAP_WRITE : FILE_MAP_READ;
  const win::Handle data_section(OpenFileMappingW(data_access | READ_CONTROL, FALSE, wide(reply.data)));
  if (!data_section) return cannot_open(wide(reply.data), GetLastError());
  const win::Handle readers_section(
      OpenFileMappingW(FILE_MAP_WRITE | READ_CONTROL, FALSE, wide(reply.readers)));
  if (!readers_section) return cannot_open(wide(reply.readers), GetLastError());
  if (!is_owned(data_section.get(), identity)) return not_owned(wide(reply.data));
  if (!is_owned(readers_section.get(), identity)) return not_owned(wide(reply.readers));
  data_ = win::View::map(data_section.get(), data_access);
  readers_ = win::View::map(readers_section.get(), FILE_MAP_WRITE);
  if (!data_ || !readers_) return fail(SHM_E_SYSTEM, L"cannot map channel '" + name_ + L"'", GetLastError());

  core::Geometry geometry;
  if (!core::read_geometry(data(), data_.size(), readers(), readers_.size(), geometry) ||
      !std::equal(std::begin(geometry.instance), std::end(geometry.instance), std::begin(reply.instance))) {
    return corrupt();
  }
  geometry_ = geometry;
  block_.emplace(data(), readers(), geometry_.capacity);
  if (start_at_next_) last_read_.store(block_->sequence(), std::memory_order_relaxed);
  return SHM_OK;
}

int32_t Channel::open_events(const pipe::OpenReply& reply, const BrokerIdentity& identity) {
  read_nudge_ = win::Handle(CreateEventW(nullptr, FALSE, FALSE, nullptr));
  write_nudge_ = win::Handle(CreateEventW(nullptr, FALSE, FALSE, nullptr));
  if (!read_nudge_ || !write_nudge_) return fail(SHM_E_SYSTEM, L"cannot create an event", GetLastError());
  reader_event_prefix_ = wide(reply.reader_event);
  if (can_read()) {
    const std::wstring name = reader_event_prefix_ + L"." + std::to_wstring(reader_) + L"." +
                              std::to_wstring(reply.reader_generation);
    reader_event_ =
        win::Handle(OpenEventW(SYNCHRONIZE | EVENT_MODIFY_STATE | READ_CONTROL, FALSE, name.c_str()));
    if (!reader_event_) return cannot_open(name.c_str(), GetLastError());
    if (!is_owned(reader_event_.get(), identity)) return not_owned(name.c_str());
    notification_.emplace(reader_event_.get(), read_nudge_.get());
  }
  if (can_write()) {
    mutex_ =
        win::Handle(OpenMutexW(SYNCHRONIZE | MUTEX_MODIFY_STATE | READ_CONTROL, FALSE, wide(reply.mutex)));
    if (!mutex_) return cannot_open(wide(reply.mutex), GetLastError());
    lock_event_ = win::Handle(
        OpenEventW(SYNCHRONIZE | EVENT_MODIFY_STATE | READ_CONTROL, FALSE, wide(reply.lock_event)));
    if (!lock_event_) return cannot_open(wide(reply.lock_event), GetLastError());
    if (!is_owned(mutex_.get(), identity)) return not_owned(wide(reply.mutex));
    if (!is_owned(lock_event_.get(), identity)) return not_owned(wide(reply.lock_event));
  }
  return SHM_OK;
}

Channel::~Channel() {
  if (locked_) drop_lock();
  if (peeked_) block_->unpin(reader_, *peeked_);
  notification_.reset();
  if (reader_ == pipe::kNoSlot && writer_ == pipe::kNoSlot) return;

  pipe::CloseRequest request{};
  std::copy(std::begin(geometry_.instance), std::end(geometry_.instance), request.instance);
  request.reader = reader_;
  request.writer = writer_;
  std::copy(name_.begin(), name_.end(), request.name);
  pipe::CloseReply reply{};
  BrokerIdentity identity;
  if (ask(request, reply, kCloseTimeout, identity) != SHM_E_NO_SERVICE || !block_) return;
  // Nobody is there to hear it: leave a note for the broker's next run.
  // release: pairs with the acquire in the service's Channel::adopt_places().
  const auto left = static_cast<uint32_t>(core::SlotState::left);
  if (can_read()) reader_slot().state.store(left, std::memory_order_release);
  if (can_write()) writer_slot().state.store(left, std::memory_order_release);
}

int32_t Channel::refuse(int32_t status, const wchar_t* what) const {
  return fail(status, L"channel '" + name_ + L"': " + what);
}

int32_t Channel::corrupt() const {
  return refuse(SHM_E_CORRUPT, L"its memory is damaged; restart the service with no client attached");
}

// acquire: pairs with the release in the service's Channel::end().
bool Channel::has_ended() const { return data().ended.load(std::memory_order_acquire) != 0; }

int32_t Channel::ended_by(WaitEnd end, int32_t on_timeout) const {
  switch (end) {
    case WaitEnd::cancelled:
      return fail(SHM_E_CANCELLED);
    case WaitEnd::closing:
      return refuse(SHM_E_CLOSED, L"this handle is being closed");
    case WaitEnd::ended:
      return refuse(SHM_E_CLOSED, L"it has ended: the service's configuration has it no more");
    default:
      return fail(on_timeout);
  }
}

void Channel::nudge() {
  SetEvent(read_nudge_.get());
  SetEvent(write_nudge_.get());
}

// ---- writing

int32_t Channel::take_lock(DWORD timeout_ms) {
  if (!can_write()) return refuse(SHM_E_ACCESS, L"this handle was not opened for writing");
  if (locked_) return refuse(SHM_E_STATE, L"this handle holds ShmLock; call ShmUnlock first");
  if (has_ended()) return ended_by(WaitEnd::ended, 0);
  core::RobustLock lock(data().lock);
  if (lock.try_lock(writer_)) return SHM_OK;
  add(lock_waits_, 1);
  const Patience patience(interrupts_, timeout_ms, &data().ended);
  KernelLockWait wait(patience, mutex_.get(), lock_event_.get(), write_nudge_.get());
  if (lock.lock(writer_, spin_, wait)) return SHM_OK;
  return ended_by(wait.end(), SHM_E_TIMEOUT);
}

void Channel::drop_lock() {
  locked_.reset();
  if (core::RobustLock(data().lock).unlock()) SetEvent(lock_event_.get());
}

void Channel::publish(const core::Block::Draft& draft, uint64_t size) {
  block_->publish(draft, size);
  drop_lock();
  wake_readers();
  add(writer_slot().messages, 1);
  add(writer_slot().bytes, size);
}

void Channel::wake_readers() {
  core::for_each_slot(core::take_waiting(readers()), [this](uint32_t slot) {
    if (const HANDLE event = reader_event_of(slot)) SetEvent(event);
  });
}

// A slot's event changes with the client that has the slot; the generation tells.
HANDLE Channel::reader_event_of(uint32_t slot) {
  WakeTarget& target = targets_[slot];
  const uint32_t generation = readers().readers[slot].generation.load(std::memory_order_relaxed);
  if (target.generation != generation) {
    wchar_t suffix[32];
    std::swprintf(suffix, ARRAYSIZE(suffix), L".%u.%u", slot, generation);
    target.event =
        win::Handle(OpenEventW(EVENT_MODIFY_STATE, FALSE, (reader_event_prefix_ + suffix).c_str()));
    target.generation = generation;
  }
  return target.event.get();
}

int32_t Channel::write(const void* message, size_t size, DWORD timeout_ms) {
  if (size > geometry_.max_message) {
    return refuse(SHM_E_SIZE, (std::to_wstring(size) + L" bytes are more than the " +
                               std::to_wstring(geometry_.max_message) + L" that it takes")
                                  .c_str());
  }
  const int32_t status = take_lock(timeout_ms);
  if (status != SHM_OK) return status;
  const core::Block::Draft draft = block_->begin();
  core::copy_to_shared(draft.memory, static_cast<const std::byte*>(message), size);
  publish(draft, size);
  return SHM_OK;
}

int32_t Channel::lock(void*& memory, size_t& size, DWORD timeout_ms) {
  const int32_t status = take_lock(timeout_ms);
  if (status != SHM_OK) return status;
  const core::Block::Draft draft = block_->begin();
  core::Block::Value value;
  if (block_->read_locked(draft.memory, geometry_.capacity, value) == core::Block::Result::corrupt) {
    drop_lock();
    return corrupt();
  }
  locked_ = draft;
  memory = draft.memory;
  size = static_cast<size_t>(value.size);
  return SHM_OK;
}

int32_t Channel::unlock(size_t size) {
  if (!locked_) return refuse(SHM_E_STATE, L"this handle does not hold ShmLock");
  if (size == SHM_KEEP) {
    drop_lock();
    return SHM_OK;
  }
  if (size > geometry_.capacity) {
    return refuse(SHM_E_SIZE, (std::to_wstring(size) + L" bytes are more than the block has").c_str());
  }
  publish(*locked_, size);
  return SHM_OK;
}

// ---- reading

bool Channel::has_news() const { return block_->sequence() != last_read_.load(std::memory_order_relaxed); }

// Asks for a wake-up and looks once more. Returns true if there is something to read after all.
bool Channel::mark_and_look() {
  core::mark_waiting(readers(), reader_);
  if (!has_news()) return false;
  core::unmark_waiting(readers(), reader_);
  return true;
}

// Waits until there is something to read. SHM_E_EMPTY: there is not. What finds nothing while a notification
// is wanted leaves the mark that asks for the next one.
int32_t Channel::await_news(DWORD timeout_ms) {
  const bool notify = notification_->is_wanted();
  if (timeout_ms == 0) {
    if (notify && !core::is_marked_waiting(readers(), reader_) && mark_and_look()) return SHM_OK;
    return has_ended() ? ended_by(WaitEnd::ended, 0) : SHM_E_EMPTY;
  }
  for (uint32_t turn = 0; turn < spin_; ++turn) {
    if (has_news()) return SHM_OK;
    core::pause();
  }
  SwitchToThread();  // where reader and writer share a processor, this is what lets the writer write
  if (has_news()) return SHM_OK;
  const Patience patience(interrupts_, timeout_ms, &data().ended);
  WaitEnd end = WaitEnd::none;
  while (!mark_and_look()) {
    end = patience.wait(reader_event_.get(), read_nudge_.get());
    if (end != WaitEnd::none) break;
  }
  add(reader_slot().waits, 1);
  if (end == WaitEnd::none) return SHM_OK;
  if (!notify) core::unmark_waiting(readers(), reader_);
  return end == WaitEnd::timeout ? SHM_E_EMPTY : ended_by(end, 0);
}

void Channel::note_read(const core::Block::Value& value) {
  const uint64_t last = last_read_.load(std::memory_order_relaxed);
  if (value.sequence == last) return;
  if (last != 0) add(reader_slot().lost, value.sequence - last - 1);
  add(reader_slot().messages, 1);
  add(reader_slot().bytes, value.size);
  last_read_.store(value.sequence, std::memory_order_relaxed);
}

int32_t Channel::read(void* buffer, size_t capacity, size_t& size, DWORD timeout_ms) {
  if (!can_read()) return refuse(SHM_E_ACCESS, L"this handle was not opened for reading");
  if (peeked_) return refuse(SHM_E_STATE, L"this handle holds ShmPeek; call ShmRelease first");
  if (!has_news()) {
    const int32_t status = await_news(timeout_ms);
    if (status != SHM_OK && status != SHM_E_EMPTY) return status;
  }
  core::Block::Value value;
  const auto result = block_->read(reader_, static_cast<std::byte*>(buffer), capacity, value);
  if (result == core::Block::Result::never_written)
    return refuse(SHM_E_EMPTY, L"nothing has been written yet");
  if (result == core::Block::Result::corrupt) return corrupt();
  size = static_cast<size_t>(value.size);
  if (result == core::Block::Result::too_small) {
    return refuse(SHM_E_BUFFER, (L"its value has " + std::to_wstring(value.size) + L" bytes, the buffer " +
                                 std::to_wstring(capacity))
                                    .c_str());
  }
  const bool unchanged = value.sequence == last_read_.load(std::memory_order_relaxed);
  note_read(value);
  return unchanged ? SHM_S_UNCHANGED : SHM_OK;
}

int32_t Channel::peek(const void*& memory, size_t& size, DWORD timeout_ms) {
  if (!can_read()) return refuse(SHM_E_ACCESS, L"this handle was not opened for reading");
  if (peeked_) return refuse(SHM_E_STATE, L"this handle holds ShmPeek already");
  if (!has_news()) {
    const int32_t status = await_news(timeout_ms);
    if (status != SHM_OK && status != SHM_E_EMPTY) return status;
  }
  core::Block::Value value;
  const std::byte* where = nullptr;
  const auto result = block_->pin(reader_, where, value);
  if (result == core::Block::Result::never_written)
    return refuse(SHM_E_EMPTY, L"nothing has been written yet");
  if (result != core::Block::Result::ok) return corrupt();
  peeked_ = value;
  memory = where;
  size = static_cast<size_t>(value.size);
  const bool unchanged = value.sequence == last_read_.load(std::memory_order_relaxed);
  note_read(value);
  return unchanged ? SHM_S_UNCHANGED : SHM_OK;
}

int32_t Channel::release() {
  if (!peeked_) return refuse(SHM_E_STATE, L"this handle holds no ShmPeek");
  const bool intact = block_->unpin(reader_, *peeked_);
  peeked_.reset();
  return intact
             ? SHM_OK
             : refuse(SHM_E_OVERTAKEN, L"what was peeked has been overwritten; discard what was made of it");
}

// ---- telling

void Channel::info(ShmInfo& info) const {
  info.kind = static_cast<uint32_t>(geometry_.kind);
  info.access = (can_read() ? SHM_READ : 0) | (can_write() ? SHM_WRITE : 0);
  info.readers = count_taken(readers().readers, core::kMaxReaders);
  info.writers = count_taken(data().writers, core::kMaxWriters);
  info.capacity = geometry_.capacity;
  info.max_message = geometry_.max_message;
  *std::copy(name_.begin(), name_.end(), info.name) = L'\0';
}

void Channel::stats(ShmStats& stats) const {
  // relaxed: counters; each is right by itself.
  stats.sequence = block_->sequence();
  stats.recoveries = data().lock.recoveries.load(std::memory_order_relaxed);
  stats.lock_waits = lock_waits_.load(std::memory_order_relaxed);
  if (can_write()) {
    stats.written = writer_slot().messages.load(std::memory_order_relaxed);
    stats.bytes_written = writer_slot().bytes.load(std::memory_order_relaxed);
  }
  if (can_read()) {
    stats.read = reader_slot().messages.load(std::memory_order_relaxed);
    stats.bytes_read = reader_slot().bytes.load(std::memory_order_relaxed);
    stats.lost = reader_slot().lost.load(std::memory_order_relaxed);
    stats.read_waits = reader_slot().waits.load(std::memory_order_relaxed);
  }
}

int32_t Channel::wait_handle(void*& handle) {
  if (!can_read()) return refuse(SHM_E_ACCESS, L"this handle was not opened for reading");
  notification_->want_event();
  handle = reader_event_.get();
  notify_if_readable();
  return SHM_OK;
}

int32_t Channel::notify_window(HWND window, UINT message, uintptr_t cookie, ShmChannel handle) {
  if (!can_read()) return refuse(SHM_E_ACCESS, L"this handle was not opened for reading");
  if (window == nullptr) {
    notification_->end_window();
    return SHM_OK;
  }
  if (!IsWindow(window)) return refuse(SHM_E_ARGUMENT, L"the window to notify is not a window");
  const int32_t status = notification_->post_to(window, message, cookie, handle);
  if (status == SHM_OK) notify_if_readable();
  return status;
}

// The first notification is about what is there already. Exactly one of writer and reader sets the event:
// whoever gets the mark.
void Channel::notify_if_readable() {
  core::mark_waiting(readers(), reader_);
  if (has_news() && core::unmark_waiting(readers(), reader_)) SetEvent(reader_event_.get());
}

}  // namespace shmbroker::client
