#include "service/commands/exit_code.h"

#include "service/commands/client_api.h"

namespace shmbroker::service {

ExitCode exit_code_of(int32_t status) {
  switch (status) {
    case SHM_E_NAME:
      return kWrongUsage;
    case SHM_E_NO_SERVICE:
      return kNotRunning;
    case SHM_E_NOT_FOUND:
      return kNoChannel;
    case SHM_E_ACCESS:
      return kDenied;
    case SHM_E_TIMEOUT:
    case SHM_E_FULL:
    case SHM_E_UNANSWERED:
      return kTimeOver;
    default:
      return kFailed;
  }
}

ExitCode exit_code_of(const std::exception& error) {
  const auto* client = dynamic_cast<const ClientError*>(&error);
  return client != nullptr ? exit_code_of(client->status()) : kFailed;
}

}  // namespace shmbroker::service
