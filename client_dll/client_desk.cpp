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

uint64_t ClientDesk::reserve(bool is_loan) {
  for (uint32_t index = 0; index < geometry_.calls; ++index) {
    Call& call = calls_[index];
    // acquire: pairs with the release in leave(): the thread that ended the call before has left it.
    if (call.number.load(std::memory_order_acquire) != 0) continue;
    if (call.was_abandoned && !client().is_free(index)) continue;  // still with a server
    call.was_abandoned = false;
    last_number_ = last_number_ == UINT32_MAX ? 1 : last_number_ + 1;
    // relaxed: number releases it.
    call.is_loan.store(is_loan, std::memory_order_relaxed);
    // release: pairs with the acquires in knows() and enter(), for a thread that gets the token from this
    // one.
    call.number.store(last_number_, std::memory_order_release);
    return uint64_t{last_number_} << 32 | (index + 1);
  }
  return 0;
}

void ClientDesk::post(uint64_t token, std::span<const std::byte> request) {
  client().post(index_of(token), number_of(token), request);
  add(desk_->section().calls, 1);
  add(desk_->section().request_bytes, request.size());
}

uint64_t ClientDesk::begin(std::span<const std::byte> request) {
  const uint64_t token = reserve(false);
  if (token != 0) post(token, request);
  return token;
}

uint64_t ClientDesk::loan(std::byte*& memory) {
  const uint64_t token = reserve(true);
  if (token != 0) memory = desk_->request_bytes(index_of(token));
  return token;
}

bool ClientDesk::is_loan(uint64_t token) const {
  return knows(token) && calls_[index_of(token)].is_loan.load(std::memory_order_relaxed);
}

bool ClientDesk::commit(uint64_t token, size_t size) {
  if (!enter(token)) return false;
  const bool was_loan = calls_[index_of(token)].is_loan.exchange(false, std::memory_order_relaxed);
  if (was_loan) post(token, {desk_->request_bytes(index_of(token)), size});
  leave(token, false);
  return was_loan;
}

bool ClientDesk::knows(uint64_t token) const {
  const uint32_t index = index_of(token);
  return index < geometry_.calls && number_of(token) != 0 &&
         calls_[index].number.load(std::memory_order_acquire) == number_of(token);
}

uint32_t ClientDesk::poll(uint64_t token, uint32_t most) const {
  uint32_t looks = 0;
  for (; looks < most && !client().is_finished(index_of(token), number_of(token)); ++looks) core::pause();
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

int32_t ClientDesk::take(uint64_t token, const Destination& to, Ended& ended) {
  if (!enter(token)) return SHM_E_ARGUMENT;
  const uint32_t index = index_of(token);
  const core::Outcome outcome = client().outcome(index, number_of(token));
  int32_t status = SHM_E_PEER_DIED;
  if (outcome.state == core::CallState::answered) {
    ended.size = static_cast<size_t>(outcome.size);
    status = outcome.size > desk_->max_answer() ? SHM_E_CORRUPT
             : to.has_room_for(outcome.size)    ? SHM_OK
                                                : SHM_E_BUFFER;
    if (status == SHM_OK && to.place != nullptr) *to.place = desk_->answer_bytes(index);
    if (status == SHM_OK && to.place == nullptr) client().copy_answer(index, to.buffer.first(ended.size));
  } else if (outcome.state == core::CallState::refused) {
    status = SHM_E_REFUSED;
    ended.code = outcome.code;
    ended.refusal.resize(static_cast<size_t>(std::min(outcome.size, core::kMinAnswerRoom)) / sizeof(wchar_t));
    client().copy_answer(index, std::as_writable_bytes(std::span(ended.refusal)));
  } else if (outcome.state != core::CallState::died) {
    status = SHM_E_CORRUPT;
  }
  const bool stays = status == SHM_E_BUFFER || (status == SHM_OK && to.place != nullptr);
  // relaxed: diagnostic only. Several threads may end calls of one handle at once.
  if (status == SHM_OK) desk_->section().answer_bytes.fetch_add(ended.size, std::memory_order_relaxed);
  leave(token, !stays);
  return status;
}

bool ClientDesk::release(uint64_t token) {
  if (!enter(token)) return false;
  const bool ends = has_ended(token);
  leave(token, ends);
  return ends;
}

ClientDesk::GivenUp ClientDesk::give_up(uint64_t token) {
  if (!enter(token)) return GivenUp::ended;
  const bool is_loan = calls_[index_of(token)].is_loan.load(std::memory_order_relaxed);
  const GivenUp given_up = is_loan ? GivenUp::withdrawn : client().give_up(index_of(token), number_of(token));
  calls_[index_of(token)].was_abandoned = given_up == GivenUp::abandoned;
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
