// What Windows says of a call that has failed, to be thrown.
#pragma once

#include <windows.h>

#include <stdexcept>
#include <string>

#include "win/text.h"

namespace shmbroker::tests {

// what: which call failed; Windows' reason is that of GetLastError.
inline std::runtime_error windows_error(const std::string& what) {
  return std::runtime_error(what + ": " + win::display_utf8(win::error_text(GetLastError())));
}

}  // namespace shmbroker::tests
