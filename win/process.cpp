#include "win/process.h"

#include <iterator>

#include "win/handle.h"
#include "win/security.h"

namespace shmbroker::win {

std::wstring program_name(HANDLE process) {
  wchar_t path[1024];
  DWORD length = static_cast<DWORD>(std::size(path));
  if (!QueryFullProcessImageNameW(process, 0, path, &length)) return {};
  const std::wstring whole(path, length);
  return whole.substr(whole.find_last_of(L'\\') + 1);
}

std::wstring program_name_of(DWORD pid) {
  const Handle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid));
  return process ? program_name(process.get()) : std::wstring();
}

std::wstring process_account(HANDLE process) {
  HANDLE token = nullptr;
  if (!OpenProcessToken(process, TOKEN_QUERY, &token)) return {};
  const Handle closes(token);
  return token_user(token);
}

}  // namespace shmbroker::win
