// How many of a channel's slots an account may have, so that none keeps all others out.
#pragma once

#include <cstdint>
#include <string>

#include "service/broker/channel.h"
#include "service/config/config.h"

namespace shmbroker::service {

// Whether one slot more is too many for an account that is no administrator's. use: of the right that it asks
// for. A channel that is full refuses everybody, and is no matter of these limits.
bool exceeds(const SlotsConfig& limits, const Channel::SlotUse& use);

// What that account is told. right: core::kRead or core::kWrite; channel, account: their names.
std::string why_no_slot(const SlotsConfig& limits, const Channel::SlotUse& use, uint32_t right,
                        const std::string& channel, const std::string& account);

}  // namespace shmbroker::service
