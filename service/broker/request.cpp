#include "service/broker/request.h"

#include "core/visible_text.h"
#include "protocol/channel_name.h"

namespace shmbroker::service {

bool Broker::Caller::is_administrator() const {
  return is_among(token.get(), {L"S-1-5-18", L"S-1-5-32-544"});
}

std::wstring name_in(const char16_t (&field)[pipe::kNameUnits]) {
  if (!pipe::is_terminated(field)) throw Refusal(core::Status::name, "the channel's name has no end");
  std::wstring name = reinterpret_cast<const wchar_t*>(field);
  if (core::is_channel_name(field)) return name;
  const std::u16string shown = core::visible(field, core::Shown::name);
  throw Refusal(core::Status::name, "'" + win::display_utf8(reinterpret_cast<const wchar_t*>(shown.c_str())) +
                                        "' can't be a channel's name: " + core::kNameRule);
}

std::string rights_text(uint32_t rights) {
  if (rights == 0) return "nothing";
  if (rights == core::kRead) return "read";
  if (rights == core::kWrite) return "write";
  return "read, write";
}

std::string process_words(uint32_t pid, const std::wstring& program, const std::wstring& account) {
  std::string known = core::visible_utf8(win::display_utf8(program), core::Shown::name);
  if (!account.empty()) known += (known.empty() ? "" : ", ") + win::display_utf8(account);
  return "process " + std::to_string(pid) + (known.empty() ? "" : " (" + known + ")");
}

Refusal refusal_of(const Channel& channel, const std::string& caller, uint32_t missing, uint32_t granted) {
  const std::string right = (missing & core::kRead) != 0 ? "read" : "write";
  return Refusal(core::Status::access,
                 "channel '" + channel.config().name + "' refuses " + right + " access to " + caller +
                     " (granted: " + rights_text(granted) + "); see access." + right + " in shmbroker.json",
                 ERROR_ACCESS_DENIED);
}

}  // namespace shmbroker::service
