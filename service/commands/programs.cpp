#include "service/commands/programs.h"

#include "core/visible_text.h"
#include "win/process.h"
#include "win/text.h"

namespace shmbroker::service {

const std::string& Programs::name_of(uint32_t pid) {
  const auto [at, is_new] = names_.try_emplace(pid);
  if (!is_new) return at->second;
  at->second = core::visible_utf8(win::display_utf8(win::program_name_of(pid)), core::Shown::name);
  return at->second;
}

std::string Programs::words_of(uint32_t pid) {
  const std::string& name = name_of(pid);
  return "process " + std::to_string(pid) + (name.empty() ? "" : " (" + name + ")");
}

}  // namespace shmbroker::service
