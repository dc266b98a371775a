// What a channel is doing and who has it open, for those who watch. All of it comes from memory that clients
// write: a number is read once, and brought into its range before it is told.
#include <algorithm>

#include "core/backlog.h"
#include "core/block.h"
#include "core/robust_lock.h"
#include "core/serve_times.h"
#include "core/waking.h"
#include "protocol/status.h"
#include "service/broker/channel.h"
#include "service/broker/channel_flags.h"
#include "service/broker/reply_text.h"
#include "win/time.h"

namespace shmbroker::service {
namespace {

// As SHM_CLIENT_…
enum ClientFlag : uint32_t { kWaiting = 1, kBlocks = 2, kLock = 4, kExclusive = 8 };

// relaxed: numbers for people.
uint64_t look(const std::atomic<uint64_t>& number) { return number.load(std::memory_order_relaxed); }

bool is_set(const std::atomic<uint64_t>& bits, uint32_t slot) { return (look(bits) >> slot & 1) != 0; }

uint32_t session_of(uint32_t pid) {
  DWORD session = 0;
  return ProcessIdToSessionId(pid, &session) ? session : pipe::kNoSession;
}

uint64_t distance(uint64_t from, uint64_t to, uint64_t most) {
  return from < to ? std::min(to - from, most) : 0;
}

uint32_t flag_of(const core::Blocker& blocker) {
  using Kind = core::Blocker::Kind;
  if (blocker.kind == Kind::none) return 0;
  return blocker.kind == Kind::nobody ? kUntaken : kHeldUp;
}

// Clients write what is added up: what they take back does not make it less.
void grow(uint64_t& told, uint64_t now) { told = std::max(told, now); }

void add(pipe::ChannelTotals& sum, const pipe::ChannelTotals& more) {
  sum.read += more.read;
  sum.bytes_written += more.bytes_written;
  sum.bytes_read += more.bytes_read;
  sum.lost += more.lost;
  sum.waits += more.waits;
  sum.opened += more.opened;
  sum.closed += more.closed;
}

pipe::ChannelTotals totals_of(const core::DeskSection& desk) {
  pipe::ChannelTotals totals{};
  totals.bytes_written = look(desk.request_bytes);
  totals.waits = look(desk.waits);
  return totals;
}

template <class Slot>
pipe::ClientEntry entry_of(const Client& client, const Slot& slot) {
  pipe::ClientEntry entry{};
  entry.pid = client.pid;
  entry.messages = look(slot.messages);
  entry.bytes = look(slot.bytes);
  entry.waits = look(slot.waits);
  return entry;
}

}  // namespace

pipe::ChannelEntry Channel::state() const {
  pipe::ChannelEntry state{};
  state.kind = static_cast<uint32_t>(geometry_.kind);
  state.when_full = geometry_.when_full;
  state.flags = (is_created() ? kCreated : 0u) | (config_.keep || !is_created() ? kKept : 0u) |
                (has_file() ? kFile : 0u);
  state.readers = readers();
  state.writers = writers();
  state.capacity = geometry_.capacity;
  state.max_message = geometry_.max_message;
  state.recoveries = recoveries();
  state.denials = denials_;
  if (ring_) {
    state.messages = ring_->messages();
    state.backlog = core::backlog(*ring_);
    state.flags |= flag_of(blocker());
  } else if (desks_) {
    state.messages = gone_calls_;
    desks_->for_each(
        [&](uint32_t i, const ServiceDesks::Slot&) { state.messages += look(desks_->section(i).calls); });
  } else {
    state.messages = core::Block(data(), shared_readers(), geometry_.capacity).sequence();
  }
  return state;
}

// Whether somebody waits for room, or the next largest message would have to.
bool Channel::has_no_room() const {
  const uint64_t used = distance(ring_->head_position(), ring_->tail(), ring_->capacity());
  return look(shared_readers().waiting_writers) != 0 ||
         used + ring_->footprint(ring_->max_message()) > ring_->capacity();
}

// Which client keeps a channel that is full from having space.
core::Blocker Channel::blocker() const {
  return ring_ && has_no_room() ? core::find_blocker(*ring_) : core::Blocker{};
}

void Channel::watch_takers() {
  if (ring_ && geometry_.kind == core::Kind::queue) queue_watch_.look(*ring_, *this);
  if (!desks_ || look(shared_readers().waiting_takers) == 0) return;
  if (desks_->has_calls_left()) core::wake_one_taker(data(), shared_readers(), *this);
}

std::optional<Client> Channel::blocking_client() const {
  using Kind = core::Blocker::Kind;
  const core::Blocker found = blocker();
  if (found.kind == Kind::none || found.kind == Kind::nobody) return std::nullopt;
  const Slot& slot = (found.kind == Kind::loan ? writers_ : readers_)[found.slot];
  return slot.taken ? std::optional(slot.client) : std::nullopt;
}

pipe::ClientEntry Channel::reader_entry(uint32_t i, const core::Blocker& blocker) const {
  using Kind = core::Blocker::Kind;
  const core::ReaderSlot& slot = shared_readers().readers[i];
  pipe::ClientEntry entry = entry_of(readers_[i].client, slot);
  entry.access = core::kRead;
  entry.lost = look(slot.lost);
  const uint64_t cursor = look(slot.cursor);
  if (geometry_.kind == core::Kind::topic && cursor != 0) {
    // Positions begin at the capacity.
    entry.cursor = cursor - std::min(cursor, ring_->capacity());
    entry.lag = distance(cursor, ring_->tail(), ring_->capacity());
  }
  const bool blocks = (blocker.kind == Kind::slow_reader || blocker.kind == Kind::claim) && blocker.slot == i;
  entry.flags =
      (is_set(shared_readers().waiting, i) || is_set(shared_readers().waiting_takers, i) ? kWaiting : 0u) |
      (blocks ? kBlocks : 0u);
  return entry;
}

pipe::ClientEntry Channel::writer_entry(uint32_t i, const core::Blocker& blocker) const {
  const core::WriterSlot& slot = data().writers[i];
  pipe::ClientEntry entry = entry_of(writers_[i].client, slot);
  entry.access = core::kWrite;
  if (ring_ && look(slot.loan_position) != 0) entry.loan = slot.loan_messages.load(std::memory_order_relaxed);
  const bool blocks = blocker.kind == core::Blocker::Kind::loan && blocker.slot == i;
  const bool has_lock = core::RobustLock(data().lock).owner() == i;
  entry.flags = (is_set(shared_readers().waiting_writers, i) ? kWaiting : 0u) | (blocks ? kBlocks : 0u) |
                (has_lock ? kLock : 0u) | (exclusive_ == i ? kExclusive : 0u);
  return entry;
}

pipe::ClientEntry Channel::desk_entry(uint32_t i) const {
  const core::DeskSection& desk = desks_->section(i);
  pipe::ClientEntry entry{};
  entry.pid = desks_->slot(i).client.pid;
  entry.access = core::kWrite;
  entry.messages = look(desk.calls);
  entry.bytes = look(desk.request_bytes);
  entry.waits = look(desk.waits);
  entry.flags = (look(desk.waiting) & 1) != 0 ? kWaiting : 0u;
  return entry;
}

// Of one that has not confirmed its slot the desk is empty.
void Channel::count_gone_client(uint32_t index) {
  const ServiceDesks::Slot& slot = desks_->slot(index);
  if (!slot.taken) return;
  ++gone_.closed;
  gone_calls_ += look(desks_->section(index).calls);
  add(gone_, totals_of(desks_->section(index)));
}

pipe::ChannelTotals Channel::reader_totals(uint32_t i) const {
  const core::ReaderSlot& slot = shared_readers().readers[i];
  pipe::ChannelTotals totals{};
  totals.read = look(slot.messages);
  totals.bytes_read = look(slot.bytes);
  totals.lost = look(slot.lost);
  totals.waits = look(slot.waits);
  return totals;
}

pipe::ChannelTotals Channel::writer_totals(uint32_t i) const {
  const core::WriterSlot& slot = data().writers[i];
  pipe::ChannelTotals totals{};
  totals.bytes_written = look(slot.bytes);
  totals.waits = look(slot.waits);
  return totals;
}

// Of one that has not confirmed its slot the memory still has what an earlier client did.
void Channel::count_gone(const Slot& slot, const pipe::ChannelTotals& of_it) {
  if (!slot.taken) return;
  ++gone_.closed;
  if (slot.confirmed) add(gone_, of_it);
}

pipe::ChannelTotals Channel::totals() const {
  pipe::ChannelTotals now = gone_;
  for (uint32_t i = 0; i < readers_.size(); ++i) {
    if (readers_[i].taken && readers_[i].confirmed) add(now, reader_totals(i));
    if (writers_[i].taken && writers_[i].confirmed) add(now, writer_totals(i));
  }
  if (desks_) {
    desks_->for_each([&](uint32_t i, const ServiceDesks::Slot&) { add(now, totals_of(desks_->section(i))); });
  }
  grow(told_.read, now.read);
  grow(told_.bytes_written, now.bytes_written);
  grow(told_.bytes_read, now.bytes_read);
  grow(told_.lost, now.lost);
  grow(told_.waits, now.waits);
  told_.opened = now.opened;
  told_.closed = now.closed;
  return told_;
}

pipe::ChannelFile Channel::file() const {
  pipe::ChannelFile file{};
  if (!has_file()) return file;
  file.saved = saved_at_;
  put_text(file.path, win::to_utf16(config_.file->path).value_or(L""));
  put_logged_text(file.error, save_error_);
  return file;
}

void Channel::note_saved(uint64_t sequence) {
  saved_ = sequence;
  saved_at_ = win::now();
  save_error_.clear();
}

pipe::CallFigures Channel::call_figures() const {
  pipe::CallFigures figures{};
  if (!desks_) return figures;
  figures.under_way = desks_->calls_under_way();
  std::vector<uint32_t> times;
  for (uint32_t i = 0; i < readers_.size(); ++i) {
    if (readers_[i].taken && readers_[i].confirmed)
      core::collect_served(core::service_hints(shared_readers()).served[i], times);
  }
  if (times.empty()) return figures;
  figures.serve_p50 = core::percentile(times, 50);
  figures.serve_p99 = core::percentile(times, 99);
  return figures;
}

pipe::ListEntry Channel::summary(const Sees& sees) const {
  const pipe::ChannelEntry whole = state();
  pipe::ListEntry entry{};
  entry.kind = whole.kind;
  entry.when_full = whole.when_full;
  entry.flags = whole.flags;
  entry.readers = whole.readers;
  entry.writers = whole.writers;
  entry.capacity = whole.capacity;
  entry.max_message = whole.max_message;
  entry.messages = whole.messages;
  entry.backlog = whole.backlog;
  entry.recoveries = whole.recoveries;
  entry.denials = whole.denials;
  if (entry.readers + entry.writers == 0) return entry;
  const core::Blocker blocks = blocker();
  const auto add = [&](const Slot& slot, auto client_entry, uint32_t index) {
    if (!slot.taken || !sees(slot.account)) return;
    const pipe::ClientEntry client = (this->*client_entry)(index, blocks);
    entry.lag = std::max(entry.lag, client.lag);
    entry.lost += client.lost;
    entry.waits += client.waits;
    entry.loans += client.loan;
    if ((client.flags & kBlocks) != 0) entry.blocker = client.pid;
  };
  for (uint32_t i = 0; i < readers_.size(); ++i) add(readers_[i], &Channel::reader_entry, i);
  for (uint32_t i = 0; i < writers_.size(); ++i) add(writers_[i], &Channel::writer_entry, i);
  if (desks_) {
    desks_->for_each([&](uint32_t i, const ServiceDesks::Slot& slot) {
      if (sees(slot.account)) entry.waits += look(desks_->section(i).waits);
    });
  }
  return entry;
}

Channel::Page Channel::clients(const Sees& sees, uint32_t first, uint32_t most) const {
  const core::Blocker blocks = blocker();
  Page page;
  const auto visit = [&](const Slots& slots, auto entry) {
    for (uint32_t i = 0; i < slots.size(); ++i) {
      if (!slots[i].taken || !sees(slots[i].account)) continue;
      if (page.total++ >= first && page.clients.size() < most)
        page.clients.emplace_back((this->*entry)(i, blocks), slots[i].account);
    }
  };
  visit(readers_, &Channel::reader_entry);
  visit(writers_, &Channel::writer_entry);
  if (desks_) {
    desks_->for_each([&](uint32_t i, const ServiceDesks::Slot& slot) {
      if (!sees(slot.account)) return;
      if (page.total++ >= first && page.clients.size() < most)
        page.clients.emplace_back(desk_entry(i), slot.account);
    });
  }
  for (auto& [entry, account] : page.clients) entry.session = session_of(entry.pid);
  return page;
}

}  // namespace shmbroker::service
