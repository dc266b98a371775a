#include "service/commands/findings.h"

#include <fmt/core.h>

#include "service/commands/output.h"

namespace shmbroker::service {

void Findings::note(bool good, const std::string& what, const std::string& found) {
  have_failed_ = have_failed_ || !good;
  all_.push_back({{"what", what}, {"ok", good}, {"found", found}});
  if (show_ == Show::lines) print(fmt::format("{:<6} {:<14} {}\n", good ? "ok" : "WRONG", what, found));
}

}  // namespace shmbroker::service
