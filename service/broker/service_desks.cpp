#include "service/broker/service_desks.h"

#include <sddl.h>

#include <algorithm>
#include <utility>

#include "core/client_round.h"
#include "core/crash_point.h"
#include "protocol/pipe_message.h"
#include "service/broker/channel.h"
#include "service/support/error.h"

namespace shmbroker::service {
namespace {

uint32_t session_of(uint32_t pid) {
  DWORD session = 0;
  return ProcessIdToSessionId(pid, &session) ? session : pipe::kNoSession;
}

// relaxed: the record's generation releases it.
void store_sid(core::ClientRecord& record, const std::wstring& account) {
  PSID sid = nullptr;
  if (!ConvertStringSidToSidW(account.c_str(), &sid)) sid = nullptr;
  const auto* bytes = static_cast<const uint8_t*>(sid);
  const uint32_t size = sid != nullptr ? std::min<uint32_t>(GetLengthSid(sid), core::kSidBytes) : 0;
  for (uint32_t i = 0; i < core::kSidBytes; ++i)
    record.sid[i].store(i < size ? bytes[i] : uint8_t{0}, std::memory_order_relaxed);
  LocalFree(sid);
}

}  // namespace

ServiceDesks::ServiceDesks(const core::CallGeometry& geometry, const ChannelObjects& objects,
                           ClientWatch& watch, std::wstring channel)
    : geometry_(geometry),
      objects_(objects),
      watch_(watch),
      channel_(std::move(channel)),
      slots_(geometry.clients) {}

ServiceDesks::~ServiceDesks() {
  for (const Slot& slot : slots_) {
    if (slot.watched) watch_.remove(slot.client, channel_);
  }
}

uint32_t ServiceDesks::count() const {
  return static_cast<uint32_t>(std::ranges::count_if(slots_, &Slot::taken));
}

std::vector<uint32_t> ServiceDesks::slots_of(const Client& client) const {
  std::vector<uint32_t> its;
  for_each([&](uint32_t index, const Slot& slot) {
    if (slot.client == client) its.push_back(index);
  });
  return its;
}

std::set<std::wstring> ServiceDesks::accounts() const {
  std::set<std::wstring> accounts;
  for_each([&](uint32_t, const Slot& slot) {
    if (!slot.account.empty()) accounts.insert(slot.account);
  });
  return accounts;
}

bool ServiceDesks::holds(const Client& client, uint32_t index, uint32_t generation) const {
  return index < slots_.size() && slots_[index].taken && slots_[index].client == client &&
         slots_[index].generation == generation;
}

core::Desk ServiceDesks::desk(const Slot& slot) const { return {slot.objects.view.memory(), geometry_}; }

core::DeskSection& ServiceDesks::section(uint32_t index) const { return desk(slots_[index]).section(); }

uint64_t ServiceDesks::calls_under_way() const {
  uint64_t calls = 0;
  for_each([&](uint32_t, const Slot& slot) { calls += core::calls_under_way(desk(slot)); });
  return calls;
}

uint32_t ServiceDesks::find_free() const {
  const auto found = std::ranges::find(slots_, false, &Slot::taken);
  return found == slots_.end() ? pipe::kNoSlot : static_cast<uint32_t>(found - slots_.begin());
}

uint32_t ServiceDesks::admit(const Client& client, const std::wstring& account,
                             const std::set<std::wstring>& servers, uint32_t& generation) {
  const uint32_t index = find_free();
  if (index == pipe::kNoSlot) return index;
  Slot& slot = slots_[index];
  slot.generation = another_generation(slot.generation);
  slot.objects = objects_.make_desk(index, slot.generation, core::desk_size(geometry_), {account, servers});
  slot.take(client, account);
  generation = slot.generation;
  return index;
}

void ServiceDesks::confirm(uint32_t index) {
  Slot& slot = slots_[index];
  slot.confirmed = true;
  core::ClientRecord& record = objects_.client_record(index);
  record.generation.store(0, std::memory_order_relaxed);
  // Partner: the acquire fence of a server that reads the record.
  std::atomic_thread_fence(std::memory_order_release);
  // relaxed: the generation releases it.
  record.pid.store(slot.client.pid, std::memory_order_relaxed);
  record.created.store(slot.client.created, std::memory_order_relaxed);
  record.session.store(session_of(slot.client.pid), std::memory_order_relaxed);
  store_sid(record, slot.account);
  // release: pairs with the acquire of a server that looks for the client's desk.
  record.generation.store(slot.generation, std::memory_order_release);
  SHM_CRASH_POINT("desk.recorded");
  publish(index);
}

void ServiceDesks::publish(uint32_t index) {
  const Slot& slot = slots_[index];
  const uint64_t bit = uint64_t{1} << index % 64;
  std::atomic<uint64_t>& present = objects_.clients().present[index / 64];
  // Sole writer. release: pairs with the acquire in ClientRound::next_of_all(), and in adopt() of the next
  // run.
  const uint64_t others = present.load(std::memory_order_relaxed) & ~bit;
  present.store(slot.taken && slot.confirmed ? others | bit : others, std::memory_order_release);
  const auto confirmed =
      std::ranges::count_if(slots_, [](const Slot& each) { return each.taken && each.confirmed; });
  // relaxed: a number for people.
  objects_.data().presence.clients.store(static_cast<uint32_t>(confirmed), std::memory_order_relaxed);
}

void ServiceDesks::vacate(uint32_t index) {
  Slot& slot = slots_[index];
  slot.taken = false;
  publish(index);
  // relaxed: a server that still sees the old one writes an answer that nobody reads.
  objects_.client_record(index).generation.store(0, std::memory_order_relaxed);
  slot.objects = {};
  SHM_CRASH_POINT("desk.vacated");
  if (std::exchange(slot.watched, false)) watch_.remove(slot.client, channel_);
}

void ServiceDesks::end_calls_of_the_dead(uint64_t servers) {
  for_each([&](uint32_t index, const Slot& slot) {
    if (!slot.objects.view) return;
    const core::Swept swept = core::sweep_calls(desk(slot), servers);
    // It may have taken this client's bell off, and not looked any more.
    if (swept.posted) core::ring_bell(objects_.hints().bells, index);
    SetEvent(slot.objects.event.get());
  });
}

bool ServiceDesks::has_calls_left() {
  bool any = false;
  for (uint32_t index = 0; index < slots_.size(); ++index) {
    Slot& slot = slots_[index];
    if (!slot.taken || !slot.confirmed || !slot.calls.is_left(desk(slot))) continue;
    // Who stands still may have taken this client's bell off.
    core::ring_bell(objects_.hints().bells, index);
    any = true;
  }
  return any;
}

void ServiceDesks::wake_everybody() const {
  for_each([](uint32_t, const Slot& slot) {
    if (slot.objects.event) SetEvent(slot.objects.event.get());
  });
}

void ServiceDesks::set_access(const std::set<std::wstring>& servers) const {
  for_each([&](uint32_t, const Slot& slot) {
    if (slot.objects.section) objects_.set_access(slot.objects, {slot.account, servers});
  });
}

// The broker alone writes this section: what is in it is what it has noted.
void ServiceDesks::adopt() {
  for (uint32_t index = 0; index < slots_.size(); ++index) {
    // acquire: pairs with the release in publish() of the last run.
    const uint64_t present = objects_.clients().present[index / 64].load(std::memory_order_acquire);
    if ((present >> index % 64 & 1) == 0) continue;
    const uint32_t generation = objects_.client_record(index).generation.load(std::memory_order_relaxed);
    if (!is_still_there(index, generation)) vacate(index);
  }
}

bool ServiceDesks::is_still_there(uint32_t index, uint32_t generation) {
  SHM_CRASH_POINT("adopt.desk");
  const core::ClientRecord& record = objects_.client_record(index);
  Slot& slot = slots_[index];
  slot.generation = generation;
  slot.client = {record.pid.load(std::memory_order_relaxed), record.created.load(std::memory_order_relaxed)};
  slot.objects = objects_.find_desk(index, generation, core::desk_size(geometry_));
  if (!slot.objects.view) return false;
  slot.watched = watch_.add_known(slot.client, channel_);
  slot.account = watch_.account_of(slot.client);
  slot.taken = slot.confirmed = slot.watched;
  return slot.watched;
}

}  // namespace shmbroker::service
