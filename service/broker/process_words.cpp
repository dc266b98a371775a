#include "service/broker/process_words.h"

#include "core/visible_text.h"
#include "win/text.h"

namespace shmbroker::service {

std::string process_words(uint32_t pid, const std::wstring& program, const std::wstring& account) {
  std::string known = core::visible_utf8(win::display_utf8(program), core::Shown::name);
  if (!account.empty()) known += (known.empty() ? "" : ", ") + win::display_utf8(account);
  return "process " + std::to_string(pid) + (known.empty() ? "" : " (" + known + ")");
}

}  // namespace shmbroker::service
