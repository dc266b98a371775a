#include "client_dll/process_access.h"

#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

#include <algorithm>
#include <iterator>

#include "win/exclusive.h"
#include "win/security.h"

namespace shmbroker::client {
namespace {

constexpr DWORD kWatch = SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION;

bool lets_watch(const std::wstring& owner) {
  const auto descriptor = win::SecurityDescriptor::of(GetCurrentProcess());
  if (!descriptor) return false;
  return std::ranges::any_of(win::entries_of(descriptor), [&](const win::Entry& entry) {
    const bool is_everybody = entry.mask == GENERIC_ALL;  // there is no list
    return entry.allows && (entry.sid == owner || is_everybody) &&
           ((entry.mask & kWatch) == kWatch || is_everybody);
  });
}

void add_watcher(const std::wstring& owner) {
  PSID sid = nullptr;
  if (!ConvertStringSidToSidW(owner.c_str(), &sid)) return;
  PACL old_list = nullptr;
  PACL new_list = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (GetSecurityInfo(GetCurrentProcess(), SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr,
                      &old_list, nullptr, &descriptor) != ERROR_SUCCESS) {
    LocalFree(sid);
    return;
  }
  EXPLICIT_ACCESSW entry{};
  entry.grfAccessPermissions = kWatch;
  entry.grfAccessMode = GRANT_ACCESS;
  entry.Trustee.TrusteeForm = TRUSTEE_IS_SID;
  entry.Trustee.ptstrName = static_cast<wchar_t*>(sid);
  if (old_list != nullptr && SetEntriesInAclW(1, &entry, old_list, &new_list) == ERROR_SUCCESS) {
    SetSecurityInfo(GetCurrentProcess(), SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr,
                    new_list, nullptr);
  }
  LocalFree(new_list);
  LocalFree(descriptor);
  LocalFree(sid);
}

}  // namespace

// Windows has no call that changes a list in one step: it is read, added to and written back, and of two who
// do so at once one loses what it wrote. So this writes once, one thread after the other, and looks
// afterwards.
void let_broker_watch(const std::wstring& owner) {
  constexpr int kMostTries = 3;
  static SRWLOCK lock = SRWLOCK_INIT;
  static wchar_t
      watcher[SECURITY_MAX_SID_SIZE * 4];  // the last one; no std::wstring, which would have to be destroyed
  const win::Exclusive exclusive(lock);
  if (owner == watcher || owner.size() >= std::size(watcher)) return;
  for (int tries = 0; tries < kMostTries && !lets_watch(owner); ++tries) add_watcher(owner);
  if (lets_watch(owner)) *std::ranges::copy(owner, watcher).out = 0;
}

}  // namespace shmbroker::client
