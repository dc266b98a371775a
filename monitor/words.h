// Figures and flags as the monitor shows them.
#pragma once

#include <shmbroker/watch.h>

#include <cstdint>
#include <string>

#include "snapshot.h"

namespace samples::monitor {

std::wstring kind_word(const ShmChannelState& state);  // "topic, wait"
// Of a channel of a kind:
std::wstring rights_word(uint32_t kind, uint32_t access);  // "read, write"
std::wstring side_word(uint32_t kind, uint32_t access);    // "reader"
std::wstring client_words(uint32_t kind, const ShmClientState& client);
std::wstring process_word(uint32_t pid, const Programs& programs);  // "412 receiver.exe"

std::wstring number_word(uint64_t number);        // "1,234,567"
std::wstring rate_word(double a_second);          // "1,235", "0.5"
std::wstring size_word(double bytes);             // "1.5 KiB"
std::wstring duration_word(uint64_t hundred_ns);  // "1.5 µs"
std::wstring short_number_word(double number);    // "1.5 M", for an axis

}  // namespace samples::monitor
