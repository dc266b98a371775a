#include "client_dll/client_desk.h"

#include <algorithm>

#include "client_dll/counter.h"
#include "client_dll/owned_object.h"
#include "core/call_waking.h"
#include "core/pause.h"
#include "protocol/object_rights.h"

namespace shmbroker::client {
namespace {

using protocol::Object;
using protocol::rights_on;

}  // namespace

int32_t ClientDesk::open(const ServiceNames& names, uint32_t slot) {
  const std::wstring suffix = L"." + std::to_wstring(slot) + L"." + std::to_wstring(names.generation);
  int32_t status = open_owned((names.desk + suffix).c_str(), names.owner, section_,
                              opens_section(rights_on(Object::desk).own));
  if (status == SHM_OK) {
    status = open_owned((names.answer_event + suffix).c_str(), names.owner, event_,
                        opens_event(rights_on(Object::answer_event).own));
  }
  if (status != SHM_OK) return status;
  view_ = win::View::map(section_.get(), FILE_MAP_WRITE);
  if (!view_) return fail(SHM_E_SYSTEM, L"cannot map the memory for requests and answers", GetLastError());
  if (view_.size() < core::desk_size(geometry_)) return fail(SHM_E_VERSION);
  desk_ = std::make_unique<core::Desk>(view_.memory(), geometry_);
  calls_ = std::make_unique<Call[]>(geometry_.calls);
  // Another one for each client of a slot: so a server's token of an earlier client fits no call of this one.
  last_number_ = names.generation;
  return SHM_OK;
}

uint64_t ClientDesk::begin(std::span<const std::byte> request) {
  for (uint32_t index = 0; index < geometry_.calls; ++index) {
    // acquire: pairs with the release in leave(): the thread that ended the call before has left it.
    if (calls_[index].number.load(std::memory_order_acquire) != 0) continue;
    if (!client().is_free(index)) continue;  // given up, and still with a server
    last_number_ = last_number_ == UINT32_MAX ? 1 : last_number_ + 1;
    client().post(index, last_number_, request);
    // release: pairs with the acquires in knows() and enter(), for a thread that gets the token from this
    // one.
    calls_[index].number.store(last_number_, std::memory_order_release);
    add(desk_->section().calls, 1);
    add(desk_->section().request_bytes, request.size());
    return uint64_t{last_number_} << 32 | (index + 1);
  }
  return 0;
}

bool ClientDesk::knows(uint64_t token) const {
  const uint32_t index = index_of(token);
  return index < geometry_.calls && number_of(token) != 0 &&
         calls_[index].number.load(std::memory_order_acquire) == number_of(token);
}

uint32_t ClientDesk::poll(uint64_t token, uint32_t most) const {
  uint32_t looks = 0;
  for (; looks < most && !has_ended(token); ++looks) core::pause();
  return looks;
}

bool ClientDesk::has_ended(uint64_t token) const {
  return client().has_ended(index_of(token), number_of(token));
}

bool ClientDesk::has_outcome() const {
  for (uint32_t index = 0; index < desk_->used(); ++index) {
    // acquire: as in knows().
    const uint32_t number = calls_[index].number.load(std::memory_order_acquire);
    if (number != 0 && client().has_ended(index, number)) return true;
  }
  return false;
}

bool ClientDesk::is_taken(uint64_t token) const {
  return client().is_taken(index_of(token), number_of(token));
}

// Lets one thread end a call.
bool ClientDesk::enter(uint64_t token) {
  if (!knows(token)) return false;
  Call& call = calls_[index_of(token)];
  // acquire and release: one thread after the other.
  if (call.is_busy.exchange(true, std::memory_order_acquire)) return false;
  if (knows(token)) return true;
  call.is_busy.store(false, std::memory_order_release);
  return false;
}

void ClientDesk::leave(uint64_t token, bool has_ended) {
  Call& call = calls_[index_of(token)];
  if (has_ended) call.number.store(0, std::memory_order_release);
  call.is_busy.store(false, std::memory_order_release);
}

int32_t ClientDesk::take(uint64_t token, std::span<std::byte> to, Ended& ended) {
  if (!enter(token)) return SHM_E_ARGUMENT;
  const uint32_t index = index_of(token);
  const core::Outcome outcome = client().outcome(index);
  int32_t status = SHM_E_PEER_DIED;
  if (outcome.state == core::CallState::answered) {
    ended.size = static_cast<size_t>(outcome.size);
    status = outcome.size > desk_->max_answer() ? SHM_E_CORRUPT
             : outcome.size > to.size()         ? SHM_E_BUFFER
                                                : SHM_OK;
    if (status == SHM_OK) client().copy_answer(index, to.first(ended.size));
  } else if (outcome.state == core::CallState::refused) {
    status = SHM_E_REFUSED;
    ended.code = outcome.code;
    ended.refusal.resize(static_cast<size_t>(std::min(outcome.size, core::kMinAnswerRoom)) / sizeof(wchar_t));
    client().copy_answer(index, std::as_writable_bytes(std::span(ended.refusal)));
  } else if (outcome.state != core::CallState::died) {
    status = SHM_E_CORRUPT;
  }
  const bool stays = status == SHM_E_BUFFER;
  if (!stays) client().release(index);
  // relaxed: diagnostic only. Several threads may end calls of one handle at once.
  if (status == SHM_OK) desk_->section().answer_bytes.fetch_add(ended.size, std::memory_order_relaxed);
  leave(token, !stays);
  return status;
}

ClientDesk::GivenUp ClientDesk::give_up(uint64_t token) {
  if (!enter(token)) return GivenUp::ended;
  const GivenUp given_up = client().give_up(index_of(token), number_of(token));
  if (given_up == GivenUp::ended) client().release(index_of(token));
  leave(token, true);
  return given_up;
}

void ClientDesk::give_up_all() {
  for (uint32_t index = 0; calls_ && index < geometry_.calls; ++index) {
    const uint32_t number = calls_[index].number.load(std::memory_order_acquire);
    if (number != 0) give_up(uint64_t{number} << 32 | (index + 1));
  }
}

core::Marks& ClientDesk::mark() const { return desk_->section().waiting; }

// relaxed: counters; each is right by itself.
void ClientDesk::add_stats(ShmStats& stats) const {
  const core::DeskSection& counted = desk_->section();
  stats.written = counted.calls.load(std::memory_order_relaxed);
  stats.bytes_written = counted.request_bytes.load(std::memory_order_relaxed);
  stats.bytes_read = counted.answer_bytes.load(std::memory_order_relaxed);
  stats.read_waits = counted.waits.load(std::memory_order_relaxed);
}

void ClientDesk::count_waits(uint32_t waits) const { add(desk_->section().waits, waits); }

}  // namespace shmbroker::client
