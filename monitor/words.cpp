#include "words.h"

#include <cmath>
#include <cwchar>
#include <iterator>

#include "watch/words.h"

namespace samples::monitor {
namespace {

namespace watch = shmbroker::watch;

std::wstring wide(const std::string& ascii) { return {ascii.begin(), ascii.end()}; }

}  // namespace

std::wstring kind_word(const ShmChannelState& state) {
  const std::string when_full = state.kind == SHM_TOPIC ? watch::when_full_word(state.when_full) : "";
  return wide(watch::kind_word(state.kind) + (when_full.empty() ? "" : ", " + when_full));
}

std::wstring rights_word(uint32_t kind, uint32_t access) { return wide(watch::rights_word(kind, access)); }

std::wstring side_word(uint32_t kind, uint32_t access) { return wide(watch::side_word(kind, access)); }

std::wstring client_words(uint32_t kind, const ShmClientState& client) {
  return wide(watch::client_words(kind, client));
}

std::wstring process_word(uint32_t pid, const Programs& programs) {
  const auto program = programs.find(pid);
  return std::to_wstring(pid) + (program != programs.end() ? L" " + program->second : L"");
}

std::wstring number_word(uint64_t number) {
  std::wstring text = std::to_wstring(number);
  for (size_t from_end = 3; from_end < text.size(); from_end += 4)
    text.insert(text.size() - from_end, 1, L',');
  return text;
}

std::wstring rate_word(double a_second) {
  if (a_second < 9.95) {
    wchar_t text[32];
    std::swprintf(text, std::size(text), L"%.1f", a_second);
    const std::wstring word = text;
    return word.ends_with(L".0") ? word.substr(0, word.size() - 2) : word;
  }
  return number_word(static_cast<uint64_t>(std::llround(a_second)));
}

std::wstring size_word(double bytes) { return wide(watch::size_word(bytes)); }
std::wstring duration_word(uint64_t hundred_ns) {
  const std::string text = watch::duration_word(hundred_ns);
  const size_t micro = text.find("\u00B5");  // the one character of it that is not ASCII
  if (micro == std::string::npos) return wide(text);
  return wide(text.substr(0, micro)) + L'\u00B5' + wide(text.substr(micro + 2));
}

std::wstring short_number_word(double number) {
  return wide(watch::with_unit(number, 1000, {"", "k", "M", "G"}));
}

}  // namespace samples::monitor
