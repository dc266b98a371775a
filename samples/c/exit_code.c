#include "exit_code.h"

#include <shmbroker/shmbroker.h>

#include "console.h"

const wchar_t exit_codes_help[] =
    L"Exit codes:\n"
    L"  0  done, also when Ctrl-C ended it\n"
    L"  1  another error\n"
    L"  2  wrong usage\n"
    L"  3  the service is not running\n"
    L"  4  no channel has this name\n"
    L"  5  access denied\n"
    L"  6  the time was up before anything was read or written";

int exit_code_for(int32_t status) {
  if (status >= 0) return EXIT_DONE;
  const wchar_t* text = ShmLastErrorText();
  say(L"%ls", *text != L'\0' ? text : ShmErrorText(status));
  switch (status) {
    case SHM_E_NAME:
      return EXIT_USAGE;
    case SHM_E_NO_SERVICE:
      return EXIT_NO_SERVICE;
    case SHM_E_NOT_FOUND:
      return EXIT_NO_CHANNEL;
    case SHM_E_ACCESS:
      return EXIT_DENIED;
    case SHM_E_TIMEOUT:
    case SHM_E_EMPTY:
    case SHM_E_FULL:
      return EXIT_TIMED_OUT;
    default:
      return EXIT_ERROR;
  }
}
