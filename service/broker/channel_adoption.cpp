// What an earlier run of the broker has left of a channel: taken over, or ended and left behind. What it is
// made of comes from the configuration and the state file; what clients could write into it is checked, and
// never keeps the broker from starting.
#include <cwchar>
#include <iterator>

#include "core/block.h"
#include "core/crash_point.h"
#include "core/ring_recovery.h"
#include "service/broker/channel.h"
#include "service/broker/wide_name.h"

namespace shmbroker::service {

// Somebody may still have the memory of an earlier channel of this name mapped, or wait with objects of his
// own: so the objects have names of their own each time that they are made. Versions of the layout before 5
// gave them to channels that clients had created, and to no others.
std::wstring Channel::prefix_of(const ChannelConfig& config, const ObjectNamespace& names,
                                const Instance& instance, uint32_t layout) {
  constexpr uint32_t kAlwaysNamed = 5;
  std::wstring prefix = names.prefix + wide_name(config) + L".";
  if (layout < kAlwaysNamed && config.creator.empty()) return prefix;
  wchar_t part[24];
  std::swprintf(part, std::size(part), L"%016llx.", static_cast<unsigned long long>(instance.words[0]));
  return prefix + part;
}

bool Channel::lives(const ChannelConfig& config, const ObjectNamespace& names, const Instance& instance,
                    uint32_t layout) {
  return ChannelObjects::exist(prefix_of(config, names, instance, layout));
}

std::unique_ptr<Channel> Channel::take_over(const ChannelConfig& config, const Access& access,
                                            const ObjectNamespace& names, const Instance& instance,
                                            ClientWatch& watch) {
  const core::Geometry geometry = geometry_from(config, instance);
  auto objects =
      ChannelObjects::find(prefix_of(config, names, instance), names.identity, access, sizes_of(geometry));
  if (!objects) return nullptr;
  SHM_CRASH_POINT("adopt.recognized");
  std::unique_ptr<Channel> channel(new Channel(config, instance, std::move(*objects), watch));
  if (!channel->adopt()) return nullptr;
  return channel;
}

void Channel::leave_behind(const ChannelConfig& config, const ObjectNamespace& names,
                           const Instance& instance, uint32_t layout) {
  ChannelObjects::end(prefix_of(config, names, instance, layout), names.identity, layout);
}

// Returns false if writers and readers could not go on with what is in the memory.
bool Channel::adopt() {
  core::Presence& shared = data().presence;
  // acquire: pairs with the release in publish_presence() of the broker's last run.
  restore_slots(readers_, shared.readers.load(std::memory_order_acquire), data().reader_records);
  restore_slots(writers_, shared.writers.load(std::memory_order_acquire), data().writer_records);
  const uint32_t exclusive = shared.exclusive.load(std::memory_order_relaxed);
  if (exclusive >= 1 && exclusive <= writers_.size() && writers_[exclusive - 1].taken)
    exclusive_ = exclusive - 1;
  for (uint32_t i = 0; i < readers_.size(); ++i) {
    if (readers_[i].taken) readers_[i].event = objects_.find_reader_event(i, readers_[i].generation);
  }
  // Writers first: what a dead one has reserved hides the messages behind it.
  for (uint32_t i = 0; i < writers_.size(); ++i) {
    if (!is_still_there(writers_[i])) vacate_writer(i);
  }
  for (uint32_t i = 0; i < readers_.size(); ++i) {
    if (!is_still_there(readers_[i])) vacate_reader(i);
  }
  if (desks_) {
    desks_->adopt();
    desks_->end_calls_of_the_dead(taken(readers_));
  }
  // Whatever stands in the name of nobody goes, also where nobody has died.
  core::reclaim_readers(memory(), taken(readers_));
  core::reclaim_lock(data(), taken(writers_), *this);
  publish_presence();
  if (!is_sound()) return false;
  put_access(Access(objects_.access()));
  SHM_CRASH_POINT("adopt.unwoken");
  wake_everybody();  // a writer may have died between taking the waiting marks and waking their readers
  return true;
}

// What the last run has noted. Readers can't write it; a writer could name a process that never had it open,
// and that would have a slot for as long as it lives.
void Channel::restore_slots(Slots& slots, uint64_t taken, const core::SlotRecord* records) {
  for (uint32_t i = 0; i < slots.size(); ++i) {
    Slot& slot = slots[i];
    // relaxed: the caller has acquired what says which are taken.
    slot.generation = records[i].generation.load(std::memory_order_relaxed);
    slot.client = {records[i].pid.load(std::memory_order_relaxed),
                   records[i].created.load(std::memory_order_relaxed)};
    slot.taken = slot.confirmed = (taken >> i & 1) != 0;
  }
}

// Whether the slot is free, or its client lives. A client that has closed meanwhile repeats its close.
bool Channel::is_still_there(Slot& slot) {
  if (!slot.taken) return true;
  SHM_CRASH_POINT("adopt.slot");
  ++gone_.opened;  // by this run's count
  slot.watched = watch_.add_known(slot.client, name_);
  slot.account = watch_.account_of(slot.client);
  return slot.watched;
}

bool Channel::is_sound() const {
  if (desks_) return true;  // what clients and servers write harms no more than the calls that it is in
  if (ring_) return core::is_sound(*ring_);
  return core::Block(data(), shared_readers(), geometry_.capacity).is_sound();
}

}  // namespace shmbroker::service
