#include "service/broker/slot_limits.h"

#include "core/layout.h"
#include "protocol/status.h"

namespace shmbroker::service {
namespace {

// The limits are for 64 slots. A service has as many for its clients as its configuration says: the same part
// of them.
uint64_t part_of(uint64_t limit, const Channel::SlotUse& use) {
  return limit * use.slots / core::kMaxReaders;
}

// Rounded up: a service of two clients is for one account, too.
bool has_its_share(const SlotsConfig& limits, const Channel::SlotUse& use) {
  return use.own * core::kMaxReaders >= limits.max_per_account * use.slots;
}

}  // namespace

bool exceeds(const SlotsConfig& limits, const Channel::SlotUse& use) {
  if (use.all >= use.slots) return false;
  return has_its_share(limits, use) ||
         use.all + part_of(limits.reserved_for_administrators, use) >= use.slots;
}

std::string why_no_slot(const SlotsConfig& limits, const Channel::SlotUse& use, uint32_t right,
                        const std::string& channel, const std::string& account) {
  const std::string whose = right == core::kRead ? " readers" : " writers";
  if (has_its_share(limits, use)) {
    return "channel '" + channel + "': " + account + " has " + std::to_string(use.own) + " of its " +
           std::to_string(use.all) + whose + ", as many as one account may have (process " +
           std::to_string(use.most_by.pid) + ": " + std::to_string(use.most) +
           "); close some, or raise slots.max_per_account in shmbroker.json";
  }
  return "channel '" + channel + "' has " + std::to_string(use.all) + whose + ", and its last " +
         std::to_string(use.slots - use.all) +
         " slots are for administrators; close a program that has it open (shmbroker show names them to an "
         "administrator), or lower slots.reserved_for_administrators in shmbroker.json";
}

}  // namespace shmbroker::service
