#include "explain.h"

#include "shmbroker/shmbroker.h"

namespace samples {
namespace {

// Only where ShmLastErrorText does not say it itself.
const wchar_t* what_to_do(int32_t status) {
  switch (status) {
    case SHM_E_SIZE:
      return L"Send less, or raise the channel's capacity in shmbroker.json.";
    case SHM_E_FULL:
      return L"A reader is slow or has stopped; try again.";
    case SHM_E_TIMEOUT:
      return L"Try again; if it goes on, look at the service's log.";
    case SHM_E_BUSY:
      return L"Close a program that has the channel open.";
    case SHM_E_UNTRUSTED:
      return L"Find out which program serves the pipe \\\\.\\pipe\\ShmBroker, and end it.";
    case SHM_E_CLOSED:
      return L"Open it again.";
    default:
      return nullptr;
  }
}

}  // namespace

std::wstring explain(int32_t status) {
  if (status == SHM_E_NO_SERVICE) {
    return L"The ShmBroker service is not running. Start it with: sc start ShmBroker "
           L"(or run shmbroker.exe run in a console).";
  }
  std::wstring text = ShmLastErrorText();
  if (text.empty()) text = ShmErrorText(status);
  const wchar_t* advice = what_to_do(status);
  if (advice == nullptr) return text;
  return text + (text.back() == L'.' || text.back() == L')' ? L" " : L". ") + advice;
}

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

void check(int32_t status) {
  if (status < 0) throw Failure{exit_code_for(status), explain(status)};
}

}  // namespace samples
