// A channel's name as Windows and the broker's tables have it; the configuration has it in UTF-8.
#pragma once

#include <string>

#include "service/config/config.h"
#include "win/text.h"

namespace shmbroker::service {

inline std::wstring wide_name(const ChannelConfig& channel) {
  return win::to_utf16(channel.name).value_or(L"");
}

}  // namespace shmbroker::service
