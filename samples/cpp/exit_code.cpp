#include "exit_code.h"

#include "shmbroker/shmbroker.h"

namespace samples {

ExitCode exit_code_for(int32_t status) {
  switch (status) {
    case SHM_E_NAME:
      return kWrongUsage;
    case SHM_E_NO_SERVICE:
      return kNoService;
    case SHM_E_NOT_FOUND:
      return kNoChannel;
    case SHM_E_ACCESS:
      return kAccessDenied;
    case SHM_E_TIMEOUT:
    case SHM_E_EMPTY:
    case SHM_E_FULL:
      return kTimedOut;
    default:
      return status < 0 ? kFailed : kDone;
  }
}

const char* exit_codes_help() {
  return "Exit codes:\n"
         "  0  done, also when Ctrl-C ended it\n"
         "  1  another error\n"
         "  2  wrong usage\n"
         "  3  the service is not running\n"
         "  4  no channel has this name\n"
         "  5  access denied\n"
         "  6  the time was up before anything was read or written";
}

}  // namespace samples
