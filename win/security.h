// Security descriptors, SIDs and owners.
#pragma once

#include <windows.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "win/handle.h"

namespace shmbroker::win {

// A security descriptor made from SDDL, ready to be handed to a Create function.
class SecurityDescriptor {
 public:
  SecurityDescriptor() = default;
  SecurityDescriptor(SecurityDescriptor&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}
  SecurityDescriptor& operator=(SecurityDescriptor&& other) noexcept {
    std::swap(memory_, other.memory_);
    return *this;
  }
  ~SecurityDescriptor() { LocalFree(memory_); }

  // An empty one means GetLastError.
  static SecurityDescriptor from_sddl(const std::wstring& sddl);

  // The DACL that an object has. An empty one means GetLastError.
  static SecurityDescriptor of(HANDLE object);

  PSECURITY_DESCRIPTOR get() const { return memory_; }
  explicit operator bool() const { return memory_ != nullptr; }
  // All of it: equal ones let the same accounts do the same.
  std::string_view bytes() const {
    return {static_cast<const char*>(memory_), memory_ != nullptr ? GetSecurityDescriptorLength(memory_) : 0};
  }
  SECURITY_ATTRIBUTES attributes() const { return {sizeof(SECURITY_ATTRIBUTES), memory_, FALSE}; }

 private:
  PSECURITY_DESCRIPTOR memory_ = nullptr;
};

// An entry of a DACL, one that allows or denies.
struct Entry {
  std::wstring sid;
  bool allows;
  DWORD mask;
  BYTE flags;  // INHERIT_ONLY_ACE and the like
};
std::vector<Entry> entries_of(const SecurityDescriptor& descriptor);

// "S-1-5-19"; empty means GetLastError.
std::wstring sid_text(PSID sid);

// The SID that an account name stands for, as text; empty means GetLastError.
std::wstring account_sid(const std::wstring& name);

// "CONTOSO\bob", or the SID itself where no name is known.
std::wstring account_name(const std::wstring& sid);

// The user of a token or of this process, as SID text; empty means GetLastError.
std::wstring token_user(HANDLE token);
std::wstring process_user();

// The owner that the objects of this process should have: the group Administrators if it has that group's
// rights, or else its user.
std::wstring process_owner();

// The SID of the service that this process is, where the control manager has put one into its token; else "".
std::wstring process_service();

// The integrity level of a process, such as SECURITY_MANDATORY_MEDIUM_RID. None means GetLastError.
std::optional<DWORD> process_integrity(HANDLE process);

std::wstring object_owner(HANDLE object);

// Whether this process's token has a privilege, enabled or not; enables it if so.
bool enable_privilege(const wchar_t* name);

// Removes every other privilege from this process, for good. Returns false if that fails.
bool keep_only_privileges(std::span<const wchar_t* const> names);

}  // namespace shmbroker::win
