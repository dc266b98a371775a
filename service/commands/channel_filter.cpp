#include "service/commands/channel_filter.h"

#include <map>

#include "core/visible_text.h"
#include "service/commands/trouble.h"
#include "win/text.h"

namespace shmbroker::service {

bool matches(std::u16string_view name, std::u16string_view pattern) {
  size_t at = 0;
  size_t in_pattern = 0;
  size_t star = std::u16string_view::npos;  // the last one, which takes what is before star_end
  size_t star_end = 0;
  while (at < name.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == u'*') {
      star = in_pattern++;
      star_end = at;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == u'?') {
      core::next_character(name, at);
      ++in_pattern;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == name[at]) {
      ++in_pattern;
      ++at;
    } else if (star != std::u16string_view::npos) {
      in_pattern = star + 1;
      at = ++star_end;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == u'*') ++in_pattern;
  return in_pattern == pattern.size();
}

bool ChannelFilter::takes(const ShmChannelSummary& channel) const {
  if (kind != 0 && channel.kind != kind) return false;
  if (held_up && !is_in_trouble(channel)) return false;
  return pattern.empty() || matches(reinterpret_cast<const char16_t*>(channel.name), pattern);
}

void ChannelFilter::add_to(CLI::App& command) {
  command.add_option_function<std::string>(
      "--filter",
      [this](const std::string& given) {
        const std::wstring wide = win::to_utf16(given).value_or(L"");
        pattern.assign(wide.begin(), wide.end());
      },
      "Only channels of such names: * is any characters, ? is one; \"line 7/*\"");
  const std::map<std::string, uint32_t> kinds = {
      {"block", SHM_BLOCK}, {"topic", SHM_TOPIC}, {"queue", SHM_QUEUE}};
  command.add_option("--kind", kind, "Only blocks, topics or queues")
      ->transform(CLI::CheckedTransformer(kinds).description("block, topic or queue"));
  command.add_flag("--held-up", held_up, "Only channels that are held up or unavailable");
}

}  // namespace shmbroker::service
