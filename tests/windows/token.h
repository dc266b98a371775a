// Whom a process runs as, and what it may.
#pragma once

#include <windows.h>

#include <gtest/gtest.h>
#include <sddl.h>

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "win/handle.h"

namespace shmbroker::tests {

// What a token says of one kind. Throws std::runtime_error where it can't be asked.
class TokenInformation {
 public:
  TokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS kind) {
    DWORD size = 0;
    GetTokenInformation(token, kind, nullptr, 0, &size);
    memory_.resize(size);
    if (!GetTokenInformation(token, kind, memory_.data(), size, &size)) {
      throw std::runtime_error("GetTokenInformation: " + std::to_string(GetLastError()));
    }
  }
  template <typename T>
  const T& as() const {
    return *reinterpret_cast<const T*>(memory_.data());
  }

 private:
  std::vector<std::byte> memory_;
};

inline std::wstring text_of(PSID sid) {
  wchar_t* text = nullptr;
  if (!ConvertSidToStringSidW(sid, &text)) return {};
  const std::wstring copy = text;
  LocalFree(text);
  return copy;
}

inline std::wstring sid_of_account(const wchar_t* account) {
  alignas(SID) std::byte sid[SECURITY_MAX_SID_SIZE];
  wchar_t domain[256];
  DWORD sid_size = sizeof sid;
  DWORD domain_size = ARRAYSIZE(domain);
  SID_NAME_USE use;
  if (!LookupAccountNameW(nullptr, account, sid, &sid_size, domain, &domain_size, &use)) return {};
  return text_of(sid);
}

inline win::Handle token_of(HANDLE process) {
  HANDLE token = nullptr;
  EXPECT_TRUE(OpenProcessToken(process, TOKEN_QUERY, &token)) << GetLastError();
  return win::Handle(token);
}

inline std::wstring user_of(HANDLE token) {
  const TokenInformation user(token, TokenUser);
  return text_of(user.as<TOKEN_USER>().User.Sid);
}

inline std::set<std::wstring> privileges_of(HANDLE token) {
  const TokenInformation information(token, TokenPrivileges);
  const auto& privileges = information.as<TOKEN_PRIVILEGES>();
  std::set<std::wstring> names;
  for (DWORD i = 0; i < privileges.PrivilegeCount; ++i) {
    wchar_t name[64];
    DWORD size = ARRAYSIZE(name);
    LUID id = privileges.Privileges[i].Luid;
    EXPECT_TRUE(LookupPrivilegeNameW(nullptr, &id, name, &size)) << GetLastError();
    names.insert(std::wstring(name, size));
  }
  return names;
}

}  // namespace shmbroker::tests
