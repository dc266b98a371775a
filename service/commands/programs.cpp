#include "service/commands/programs.h"

#include <windows.h>

#include "core/visible_text.h"
#include "win/handle.h"
#include "win/process.h"
#include "win/text.h"

namespace shmbroker::service {

const std::string& Programs::name_of(uint32_t pid) {
  const auto [at, is_new] = names_.try_emplace(pid);
  if (!is_new) return at->second;
  const win::Handle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid));
  if (process)
    at->second = core::visible_utf8(win::display_utf8(win::program_name(process.get())), core::Shown::name);
  return at->second;
}

std::string Programs::words_of(uint32_t pid) {
  const std::string& name = name_of(pid);
  return "process " + std::to_string(pid) + (name.empty() ? "" : " (" + name + ")");
}

}  // namespace shmbroker::service
