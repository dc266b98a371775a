#include "client_dll/server_desks.h"

#include <sddl.h>

#include <algorithm>
#include <utility>

#include "client_dll/owned_object.h"
#include "core/call_waking.h"
#include "core/pause.h"
#include "core/serve_times.h"
#include "protocol/object_rights.h"
#include "win/exclusive.h"
#include "win/security.h"
#include "win/shared.h"

namespace shmbroker::client {
namespace {

using protocol::Object;
using protocol::rights_on;

constexpr uint32_t kClientBits = 12;
constexpr uint32_t kCallBits = 10;
constexpr uint32_t kGenerationBits = 32 - kClientBits - kCallBits;
static_assert(1u << kClientBits == core::kMaxClients && 1u << kCallBits == core::kMaxCalls);

constexpr ULONGLONG kTryAgain = 1000;  // milliseconds
// A hostile client may take another one's bell off: so all desks are looked at now and then.
constexpr uint32_t kTakesBetweenFullLooks = 256;
// To look at the clock takes time: so not each request is timed while there are many.
constexpr uint32_t kTakesBetweenTimes = 16;

int64_t ticks() {
  LARGE_INTEGER now;
  QueryPerformanceCounter(&now);
  return now.QuadPart;
}

uint32_t low_bits(uint32_t generation) { return generation & ((1u << kGenerationBits) - 1); }

}  // namespace

uint64_t ServerDesks::pack(const Token& token) {
  return token.client | token.call << kClientBits | low_bits(token.generation) << (kClientBits + kCallBits) |
         uint64_t{token.number} << 32;
}

ServerDesks::Token ServerDesks::unpack(uint64_t token) {
  const auto low = static_cast<uint32_t>(token);
  return {low & (core::kMaxClients - 1), low >> kClientBits & (core::kMaxCalls - 1),
          low >> (kClientBits + kCallBits), static_cast<uint32_t>(token >> 32)};
}

int32_t ServerDesks::open() {
  const int32_t status = open_owned(at_.service().clients.c_str(), at_.service().owner, clients_section_,
                                    opens_section(rights_on(Object::clients).read));
  if (status != SHM_OK) return status;
  view_ = win::View::map(clients_section_.get(), FILE_MAP_READ);
  if (!view_) return fail(SHM_E_SYSTEM, L"cannot map the list of clients", GetLastError());
  if (view_.size() < core::clients_section_size(geometry())) return fail(SHM_E_VERSION);
  entries_.resize(at_.geometry().clients);
  LARGE_INTEGER frequency;
  QueryPerformanceFrequency(&frequency);
  ticks_a_second_ = frequency.QuadPart;
  // relaxed: see serve_times.h. What is there is of an earlier server in this slot.
  hints_.served[at_.reader()].count.store(0, std::memory_order_relaxed);
  round_ = std::make_unique<core::ClientRound>(hints_.bells, section(), at_.geometry().clients);
  return SHM_OK;
}

// ---- looking for calls, under the scan lock

bool ServerDesks::look() {
  found_ = round_->next([this](uint32_t client) { return has_request(client); });
  return found_ != core::ClientRound::kNone;
}

bool ServerDesks::look_at_all() {
  found_ = round_->next_of_all([this](uint32_t client) { return has_request(client); });
  return found_ != core::ClientRound::kNone;
}

uint32_t ServerDesks::poll(uint32_t most) {
  const win::Exclusive exclusive(scan_);
  uint32_t looks = 0;
  for (; looks < most && !look(); ++looks) core::pause();
  return looks;
}

bool ServerDesks::find() {
  const win::Exclusive exclusive(scan_);
  return look_at_all();
}

bool ServerDesks::has_request(uint32_t client) {
  OpenDesk* const desk = desk_of(client);
  if (desk == nullptr) return false;
  const uint32_t call = desk->server.find_posted(desk->next_call);
  if (call == core::DeskServer::kNone) return false;
  desk->next_call = call;
  return true;
}

// Any client may ring any bell: there may be no such client.
ServerDesks::OpenDesk* ServerDesks::desk_of(uint32_t client) {
  if (client >= entries_.size()) return nullptr;
  Entry& entry = entries_[client];
  // acquire: pairs with the broker's release: the desk of that name is there.
  const uint32_t generation = record(client).generation.load(std::memory_order_acquire);
  if (entry.desk && entry.desk->generation == generation) return entry.desk.get();
  if (generation == entry.refused_generation && GetTickCount64() < entry.try_again) return nullptr;
  std::shared_ptr<OpenDesk> opened = generation == 0 ? nullptr : open_desk(client, generation);
  if (!opened) {
    entry.refused_generation = generation;
    entry.try_again = GetTickCount64() + kTryAgain;
  }
  const win::Exclusive exclusive(table_);
  entry.desk = std::move(opened);
  return entry.desk.get();
}

std::shared_ptr<ServerDesks::OpenDesk> ServerDesks::open_desk(uint32_t client, uint32_t generation) const {
  const std::wstring suffix = L"." + std::to_wstring(client) + L"." + std::to_wstring(generation);
  const ServiceNames& names = at_.service();
  CallingClient caller;
  if (!read_client(client, generation, caller)) return nullptr;
  win::Handle section(OpenFileMappingW(rights_on(Object::desk).read, FALSE, (names.desk + suffix).c_str()));
  win::Handle event(
      OpenEventW(rights_on(Object::answer_event).read, FALSE, (names.answer_event + suffix).c_str()));
  if (!section || !event || win::object_owner(section.get()) != names.owner ||
      win::object_owner(event.get()) != names.owner)
    return nullptr;
  win::View view = win::View::map(section.get(), FILE_MAP_WRITE);
  if (!view || view.size() < core::desk_size(geometry())) return nullptr;
  // Not by make_shared(): GCC 12 fails to link its debug information (-flto -g1).
  const std::shared_ptr<OpenDesk> desk(new OpenDesk(geometry(), at_.reader(), std::move(view)));
  desk->section = std::move(section);
  desk->event = std::move(event);
  desk->generation = generation;
  desk->client = std::move(caller);
  return desk;
}

// Returns false if the slot has another client by now.
bool ServerDesks::read_client(uint32_t client, uint32_t generation, CallingClient& to) const {
  const core::ClientRecord& from = record(client);
  alignas(SID) uint8_t sid[core::kSidBytes];
  // relaxed, all of it: the generation is looked at before and after.
  for (uint32_t i = 0; i < core::kSidBytes; ++i) sid[i] = from.sid[i].load(std::memory_order_relaxed);
  to.pid = from.pid.load(std::memory_order_relaxed);
  to.session = from.session.load(std::memory_order_relaxed);
  // Partner: the release fence in the broker's ServiceDesks::confirm().
  std::atomic_thread_fence(std::memory_order_acquire);
  if (from.generation.load(std::memory_order_relaxed) != generation) return false;
  wchar_t* text = nullptr;
  if (IsValidSid(sid) && ConvertSidToStringSidW(sid, &text)) {
    to.account = text;
    LocalFree(text);
  }
  return true;
}

int32_t ServerDesks::take(const Destination& to, size_t& size, uint64_t& token, bool has_slept) {
  const win::Exclusive exclusive(scan_);
  for (;;) {
    const bool is_full_look = ++takes_ % kTakesBetweenFullLooks == 0;
    const bool is_found = !is_full_look && found_ != core::ClientRound::kNone && has_request(found_);
    if (!is_found && !(is_full_look ? look_at_all() : look())) return SHM_E_EMPTY;
    OpenDesk& desk = *entries_[found_].desk;
    const uint32_t call = desk.next_call;
    const uint32_t number = desk.server.posted(call);
    const uint64_t bytes = desk.server.request_size(call);
    const bool is_forged = bytes > desk.server.desk().max_request();
    if (!is_forged && !to.has_room_for(bytes)) {
      size = static_cast<size_t>(bytes);
      return SHM_E_BUFFER;
    }
    const uint32_t client = std::exchange(found_, core::ClientRound::kNone);
    round_->pass(client);
    if (!desk.server.take(call, number)) continue;
    desk.next_call = call + 1;
    if (is_forged) {
      desk.server.refuse(call, number, 0, {});
      continue;
    }
    const bool is_timed = has_slept || takes_ % kTakesBetweenTimes == 0;
    desk.taken_at[call].store(is_timed ? ticks() : 0, std::memory_order_relaxed);
    size = static_cast<size_t>(bytes);
    token = pack({client, call, desk.generation, number});
    if (to.place == nullptr) {
      desk.server.copy_request(call, to.buffer.first(size));
      return SHM_OK;
    }
    *to.place = desk.server.desk().request_bytes(call);
    try {
      keep(token, entries_[client].desk);
    } catch (...) {
      desk.server.refuse(call, number, 0, {});  // nobody would know its token
      throw;
    }
    return SHM_OK;
  }
}

// ---- answering, from any thread

std::shared_ptr<ServerDesks::OpenDesk> ServerDesks::desk_of(const Token& token) {
  const win::Shared shared(table_);
  const std::shared_ptr<OpenDesk>& desk = entries_[token.client].desk;
  return desk && low_bits(desk->generation) == token.generation ? desk : nullptr;
}

// taken_at: 0: the call is not timed.
void ServerDesks::note_answered(int64_t taken_at) {
  if (taken_at == 0) return;
  const auto passed = static_cast<double>(ticks() - taken_at) * 1e7 / static_cast<double>(ticks_a_second_);
  core::note_served(hints_.served[at_.reader()], static_cast<uint32_t>(std::clamp(passed, 1.0, 4e9)));
}

void ServerDesks::keep(uint64_t token, std::shared_ptr<OpenDesk> desk) {
  const win::Exclusive exclusive(kept_lock_);
  has_kept_.store(true, std::memory_order_relaxed);
  kept_.insert_or_assign(token, std::move(desk));
}

void ServerDesks::let_go(uint64_t token) {
  if (!has_kept_.load(std::memory_order_relaxed)) return;
  const win::Exclusive exclusive(kept_lock_);
  kept_.erase(token);
}

std::byte* ServerDesks::loan_answer(uint64_t packed) {
  const Token token = unpack(packed);
  std::shared_ptr<OpenDesk> desk = is_possible(token) ? desk_of(token) : nullptr;
  bool waited_for = false;
  if (!desk || !desk->server.has_taken(token.call, token.number, waited_for)) return nullptr;
  std::byte* const memory = desk->server.desk().answer_bytes(token.call);
  keep(packed, std::move(desk));
  return memory;
}

template <class Give>
int32_t ServerDesks::give(uint64_t packed, Give&& give) {
  const int32_t status = give_once(packed, give);
  let_go(packed);
  return status;
}

template <class Give>
int32_t ServerDesks::give_once(uint64_t packed, Give&& give) {
  const Token token = unpack(packed);
  if (!is_possible(token)) return SHM_E_STATE;
  const std::shared_ptr<OpenDesk> desk = desk_of(token);
  if (!desk) {
    // This handle has never taken a call of that client; or the client is gone, and its slot may have another
    // one. relaxed: nothing is read on the strength of it.
    const uint32_t generation = record(token.client).generation.load(std::memory_order_relaxed);
    return low_bits(generation) == token.generation ? SHM_E_STATE : SHM_S_DROPPED;
  }
  if (token.call >= desk->server.desk().calls()) return SHM_E_STATE;
  // Before the answer: afterwards the client may call there again.
  const int64_t taken_at = desk->taken_at[token.call].load(std::memory_order_relaxed);
  const core::DeskServer::Given given = give(desk->server, token);
  if (given == core::DeskServer::Given::not_ours) return SHM_E_STATE;
  // A client that is gone has given up nothing.
  const bool is_there = record(token.client).generation.load(std::memory_order_relaxed) == desk->generation;
  if (given == core::DeskServer::Given::dropped || !is_there) return SHM_S_DROPPED;
  wake(*desk);
  note_answered(taken_at);
  return SHM_OK;
}

int32_t ServerDesks::answer(uint64_t token, std::span<const std::byte> bytes) {
  return give(token, [&](const core::DeskServer& server, const Token& call) {
    return server.answer(call.call, call.number, bytes);
  });
}

int32_t ServerDesks::refuse(uint64_t token, int32_t code, std::span<const std::byte> text) {
  return give(token, [&](const core::DeskServer& server, const Token& call) {
    return server.refuse(call.call, call.number, code, text);
  });
}

void ServerDesks::wake(const OpenDesk& desk) {
  if (core::take_waiting_for_answer(desk.server.desk().section())) SetEvent(desk.event.get());
}

bool ServerDesks::caller(uint64_t packed, CallingClient& client, bool& waited_for) {
  const Token token = unpack(packed);
  const std::shared_ptr<OpenDesk> desk = is_possible(token) ? desk_of(token) : nullptr;
  if (!desk || !desk->server.has_taken(token.call, token.number, waited_for)) return false;
  if (record(token.client).generation.load(std::memory_order_relaxed) != desk->generation) waited_for = false;
  client = desk->client;
  return true;
}

}  // namespace shmbroker::client
