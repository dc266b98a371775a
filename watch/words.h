// Facts about channels and their clients as people read them: the monitor and the commands say them alike.
#pragma once

#include <shmbroker/watch.h>

#include <cstdint>
#include <initializer_list>
#include <string>

namespace shmbroker::watch {

std::string kind_word(uint32_t kind);            // "topic"
std::string when_full_word(uint32_t when_full);  // "wait"; "" of a kind that is never full
// Of a channel of a kind:
std::string rights_word(uint32_t kind, uint32_t access);  // "read, write"; "call, serve"
std::string side_word(uint32_t kind, uint32_t access);    // "reader"; "server"
std::string client_words(uint32_t kind, const ShmClientState& client);

// Three digits that say something, and no zeros behind the point: "1.5 k", "12.5 k", "125 k". Each of the
// units is step times the one before it.
std::string with_unit(double number, double step, std::initializer_list<const char*> units);

// "512 B", "64 KiB", "1.5 MiB".
std::string size_word(double bytes);
std::string duration_word(uint64_t hundred_ns);  // "1.5 µs"
std::string size_word(uint64_t bytes);

}  // namespace shmbroker::watch
