#include "watch/words.h"

#include <cstdio>

namespace shmbroker::watch {
namespace {

std::string three_digits(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", number < 10 ? 2 : number < 100 ? 1 : 0, number);
  std::string digits = text;
  if (digits.find('.') == std::string::npos) return digits;
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits;
}

void add_word(std::string& text, const char* word) { text += (text.empty() ? "" : ", ") + std::string(word); }

}  // namespace

std::string kind_word(uint32_t kind) {
  return kind == SHM_BLOCK     ? "block"
         : kind == SHM_TOPIC   ? "topic"
         : kind == SHM_QUEUE   ? "queue"
         : kind == SHM_SERVICE ? "service"
                               : "?";
}

std::string when_full_word(uint32_t when_full) {
  return when_full == SHM_OVERWRITE ? "overwrite" : when_full == SHM_WAIT ? "wait" : "";
}

std::string rights_word(uint32_t kind, uint32_t access) {
  const bool is_service = kind == SHM_SERVICE;
  std::string text;
  if (is_service && (access & SHM_CLIENT) != 0) add_word(text, "call");
  if ((access & SHM_READ) != 0) add_word(text, is_service ? "serve" : "read");
  if (!is_service && (access & SHM_WRITE) != 0) add_word(text, "write");
  return text.empty() ? "nothing" : text;
}

std::string side_word(uint32_t kind, uint32_t access) {
  if (kind == SHM_SERVICE) return access == SHM_SERVER ? "server" : "client";
  return access == SHM_READ ? "reader" : "writer";
}

std::string client_words(uint32_t kind, const ShmClientState& client) {
  std::string text;
  if ((client.flags & SHM_CLIENT_BLOCKS) != 0) add_word(text, "HOLDS UP THE CHANNEL");
  if ((client.flags & SHM_CLIENT_WAITING) != 0) {
    const bool reads = client.access == SHM_READ;
    if (kind == SHM_SERVICE) {
      add_word(text, reads ? "waits for a request" : "waits for an answer");
    } else {
      add_word(text, reads ? "waits for a message" : "waits for room");
    }
  }
  if ((client.flags & SHM_CLIENT_LOCK) != 0) add_word(text, "has the lock");
  if ((client.flags & SHM_CLIENT_EXCLUSIVE) != 0) add_word(text, "exclusive");
  return text;
}

std::string with_unit(double number, double step, std::initializer_list<const char*> units) {
  const auto* unit = units.begin();
  // What would be rounded to the next unit is one of it.
  for (; number >= step - 0.5 && unit + 1 != units.end(); ++unit) number /= step;
  return three_digits(number) + (**unit == '\0' ? "" : " ") + *unit;
}

std::string size_word(double bytes) { return with_unit(bytes, 1024, {"B", "KiB", "MiB", "GiB", "TiB"}); }
std::string duration_word(uint64_t hundred_ns) {
  return with_unit(100 * static_cast<double>(hundred_ns), 1000, {"ns", "\u00B5s", "ms", "s"});
}
std::string size_word(uint64_t bytes) { return size_word(static_cast<double>(bytes)); }

}  // namespace shmbroker::watch
