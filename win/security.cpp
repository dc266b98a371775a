#include "win/security.h"

#include <aclapi.h>
#include <sddl.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace shmbroker::win {
namespace {

struct LocalDeleter {
  void operator()(void* memory) const {
    KeepLastError keep;
    LocalFree(memory);
  }
};
using LocalMemory = std::unique_ptr<void, LocalDeleter>;

}  // namespace

SecurityDescriptor SecurityDescriptor::from_sddl(const std::wstring& sddl) {
  SecurityDescriptor descriptor;
  if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl.c_str(), SDDL_REVISION_1,
                                                            &descriptor.memory_, nullptr)) {
    descriptor.memory_ = nullptr;
  }
  return descriptor;
}

SecurityDescriptor SecurityDescriptor::of(HANDLE object) {
  SecurityDescriptor descriptor;
  const DWORD error = GetSecurityInfo(object, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr,
                                      nullptr, nullptr, &descriptor.memory_);
  if (error != ERROR_SUCCESS) descriptor.memory_ = nullptr;
  SetLastError(error);
  return descriptor;
}

std::vector<Entry> entries_of(const SecurityDescriptor& descriptor) {
  PACL dacl = nullptr;
  BOOL present = FALSE;
  BOOL defaulted = FALSE;
  if (!GetSecurityDescriptorDacl(descriptor.get(), &present, &dacl, &defaulted)) return {};
  if (!present || dacl == nullptr)
    return {{L"S-1-1-0", true, GENERIC_ALL, 0}};  // none lets everybody do everything
  std::vector<Entry> entries;
  for (DWORD i = 0; i < dacl->AceCount; ++i) {
    void* entry = nullptr;
    if (!GetAce(dacl, i, &entry)) continue;
    const BYTE type = static_cast<ACE_HEADER*>(entry)->AceType;
    if (type != ACCESS_ALLOWED_ACE_TYPE && type != ACCESS_DENIED_ACE_TYPE) continue;
    auto& ace = *static_cast<ACCESS_ALLOWED_ACE*>(entry);  // both have the same shape
    entries.push_back(
        {sid_text(&ace.SidStart), type == ACCESS_ALLOWED_ACE_TYPE, ace.Mask, ace.Header.AceFlags});
  }
  return entries;
}

std::wstring sid_text(PSID sid) {
  wchar_t* text = nullptr;
  if (!ConvertSidToStringSidW(sid, &text)) return {};
  const LocalMemory owner(text);
  return text;
}

std::wstring account_sid(const std::wstring& name) {
  std::vector<std::byte> sid(SECURITY_MAX_SID_SIZE);
  DWORD sid_size = static_cast<DWORD>(sid.size());
  wchar_t domain[256];
  DWORD domain_size = ARRAYSIZE(domain);
  SID_NAME_USE use;
  if (!LookupAccountNameW(nullptr, name.c_str(), sid.data(), &sid_size, domain, &domain_size, &use))
    return {};
  return sid_text(sid.data());
}

std::wstring account_name(const std::wstring& sid) {
  PSID binary = nullptr;
  if (!ConvertStringSidToSidW(sid.c_str(), &binary)) return sid;
  const LocalMemory owner(binary);
  wchar_t name[256];
  wchar_t domain[256];
  DWORD name_size = ARRAYSIZE(name);
  DWORD domain_size = ARRAYSIZE(domain);
  SID_NAME_USE use;
  if (!LookupAccountSidW(nullptr, binary, name, &name_size, domain, &domain_size, &use)) return sid;
  return domain_size == 0 ? name : std::wstring(domain) + L"\\" + name;
}

std::wstring token_user(HANDLE token) {
  alignas(TOKEN_USER) std::byte memory[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
  DWORD size = 0;
  if (!GetTokenInformation(token, TokenUser, memory, sizeof memory, &size)) return {};
  return sid_text(reinterpret_cast<TOKEN_USER*>(memory)->User.Sid);
}

std::wstring process_user() {
  HANDLE token = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return {};
  const Handle owner(token);
  return token_user(token);
}

std::wstring process_owner() {
  alignas(SID) std::byte administrators[SECURITY_MAX_SID_SIZE];
  DWORD size = sizeof administrators;
  BOOL member = FALSE;
  if (!CreateWellKnownSid(WinBuiltinAdministratorsSid, nullptr, administrators, &size) ||
      !CheckTokenMembership(nullptr, administrators, &member)) {
    return {};
  }
  return member ? sid_text(administrators) : process_user();
}

std::wstring process_service() {
  HANDLE token = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return {};
  const Handle owner(token);
  DWORD size = 0;
  GetTokenInformation(token, TokenGroups, nullptr, 0, &size);
  std::vector<uint64_t> memory(size / sizeof(uint64_t) + 1);
  const auto& groups = *reinterpret_cast<TOKEN_GROUPS*>(memory.data());
  if (!GetTokenInformation(token, TokenGroups, memory.data(), size, &size)) return {};
  for (DWORD i = 0; i < groups.GroupCount; ++i) {
    std::wstring sid = sid_text(groups.Groups[i].Sid);
    // NT SERVICE\ALL SERVICES is S-1-5-80-0.
    if (sid.starts_with(L"S-1-5-80-") && sid != L"S-1-5-80-0") return sid;
  }
  return {};
}

std::optional<DWORD> process_integrity(HANDLE process) {
  HANDLE token = nullptr;
  if (!OpenProcessToken(process, TOKEN_QUERY, &token)) return std::nullopt;
  const Handle owner(token);
  alignas(TOKEN_MANDATORY_LABEL) std::byte memory[sizeof(TOKEN_MANDATORY_LABEL) + SECURITY_MAX_SID_SIZE];
  DWORD size = 0;
  if (!GetTokenInformation(token, TokenIntegrityLevel, memory, sizeof memory, &size)) return std::nullopt;
  PSID sid = reinterpret_cast<TOKEN_MANDATORY_LABEL*>(memory)->Label.Sid;
  return *GetSidSubAuthority(sid, *GetSidSubAuthorityCount(sid) - 1u);
}

std::wstring object_owner(HANDLE object) {
  PSID sid = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  const DWORD error = GetSecurityInfo(object, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION, &sid, nullptr,
                                      nullptr, nullptr, &descriptor);
  const LocalMemory owner(descriptor);
  SetLastError(error);
  if (error != ERROR_SUCCESS || sid == nullptr) return {};
  return sid_text(sid);
}

bool enable_privilege(const wchar_t* name) {
  HANDLE token = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES, &token)) return false;
  const Handle owner(token);
  TOKEN_PRIVILEGES privileges{};
  privileges.PrivilegeCount = 1;
  privileges.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
  if (!LookupPrivilegeValueW(nullptr, name, &privileges.Privileges[0].Luid)) return false;
  // It returns TRUE even where the token lacks the privilege, and says so in the last error.
  return AdjustTokenPrivileges(token, FALSE, &privileges, 0, nullptr, nullptr) &&
         GetLastError() == ERROR_SUCCESS;
}

bool keep_only_privileges(std::span<const wchar_t* const> names) {
  HANDLE token = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES, &token)) return false;
  const Handle owner(token);
  DWORD size = 0;
  GetTokenInformation(token, TokenPrivileges, nullptr, 0, &size);
  std::vector<uint64_t> memory(size / sizeof(uint64_t) + 1);
  auto& all = *reinterpret_cast<TOKEN_PRIVILEGES*>(memory.data());
  if (!GetTokenInformation(token, TokenPrivileges, &all, size, &size)) return false;
  for (DWORD i = 0; i < all.PrivilegeCount; ++i) {
    LUID_AND_ATTRIBUTES& privilege = all.Privileges[i];
    const bool keep = std::ranges::any_of(names, [&](const wchar_t* name) {
      LUID luid;
      return LookupPrivilegeValueW(nullptr, name, &luid) && luid.LowPart == privilege.Luid.LowPart &&
             luid.HighPart == privilege.Luid.HighPart;
    });
    if (!keep) privilege.Attributes = SE_PRIVILEGE_REMOVED;
  }
  return AdjustTokenPrivileges(token, FALSE, &all, 0, nullptr, nullptr) != FALSE;
}

}  // namespace shmbroker::win
