// The mandatory label of a security descriptor.
#pragma once

#include <windows.h>

#include <string>

#include "win/security.h"

namespace shmbroker::tests {

inline constexpr wchar_t kLowIntegrity[] = L"S-1-16-4096";
inline constexpr wchar_t kMediumIntegrity[] = L"S-1-16-8192";

// The SID of the integrity that one must have to write, or "" where there is no such label.
inline std::wstring label_of(PSECURITY_DESCRIPTOR descriptor) {
  BOOL present = FALSE;
  BOOL defaulted = FALSE;
  PACL list = nullptr;
  void* ace = nullptr;
  if (!GetSecurityDescriptorSacl(descriptor, &present, &list, &defaulted) || !present || list == nullptr ||
      list->AceCount != 1 || !GetAce(list, 0, &ace)) {
    return {};
  }
  auto& label = *static_cast<SYSTEM_MANDATORY_LABEL_ACE*>(ace);
  if (label.Header.AceType != SYSTEM_MANDATORY_LABEL_ACE_TYPE ||
      label.Mask != SYSTEM_MANDATORY_LABEL_NO_WRITE_UP) {
    return {};
  }
  return win::sid_text(&label.SidStart);
}

}  // namespace shmbroker::tests
