#include "words.h"

#include <cmath>
#include <cwchar>
#include <iterator>

namespace samples::monitor {
namespace {

// Three digits that say something, and no zeros behind the point: "1.5", "12.5", "125".
std::wstring three_digits(double number) {
  wchar_t text[32];
  std::swprintf(text, std::size(text), L"%.*f", number < 10 ? 2 : number < 100 ? 1 : 0, number);
  std::wstring digits = text;
  if (digits.find(L'.') == std::wstring::npos) return digits;
  digits.erase(digits.find_last_not_of(L'0') + 1);
  if (digits.back() == L'.') digits.pop_back();
  return digits;
}

template <size_t N>
std::wstring with_unit(double number, double step, const wchar_t* const (&units)[N]) {
  size_t unit = 0;
  // What would be rounded to the next unit is one of it.
  for (; number >= step - 0.5 && unit + 1 < N; ++unit) number /= step;
  const std::wstring digits = three_digits(number);
  return units[unit][0] == L'\0' ? digits : digits + L' ' + units[unit];
}

void add_word(std::wstring& text, const wchar_t* word) {
  text += (text.empty() ? L"" : L", ") + std::wstring(word);
}

}  // namespace

std::wstring kind_word(const ShmChannelState& state) {
  switch (state.kind) {
    case SHM_BLOCK:
      return L"block";
    case SHM_TOPIC:
      return state.when_full == SHM_WAIT ? L"topic, wait" : L"topic, overwrite";
    case SHM_QUEUE:
      return L"queue";
    default:
      return L"?";
  }
}

std::wstring access_word(uint32_t access) {
  const bool reads = (access & SHM_READ) != 0;
  const bool writes = (access & SHM_WRITE) != 0;
  return reads && writes ? L"read and write"
         : reads         ? L"read"
         : writes        ? L"write"
                         : L"neither read nor write";
}

std::wstring side_word(uint32_t access) { return access == SHM_READ ? L"reader" : L"writer"; }

std::wstring client_words(const ShmClientState& client) {
  std::wstring text;
  if ((client.flags & SHM_CLIENT_BLOCKS) != 0) add_word(text, L"HOLDS UP THE CHANNEL");
  if ((client.flags & SHM_CLIENT_WAITING) != 0) {
    add_word(text, client.access == SHM_READ ? L"waits for a message" : L"waits for room");
  }
  if ((client.flags & SHM_CLIENT_LOCK) != 0) add_word(text, L"has the lock");
  if ((client.flags & SHM_CLIENT_EXCLUSIVE) != 0) add_word(text, L"exclusive");
  return text;
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

std::wstring size_word(double bytes) {
  return with_unit(bytes, 1024, {L"B", L"KiB", L"MiB", L"GiB", L"TiB"});
}

std::wstring short_number_word(double number) { return with_unit(number, 1000, {L"", L"k", L"M", L"G"}); }

}  // namespace samples::monitor
