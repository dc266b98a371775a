#include "service/support/identity.h"

#include "service/support/error.h"
#include "win/security.h"

namespace shmbroker::service {

Identity own_identity() {
  // Not the user: what an elevated administrator runs must not be open to all that he runs without elevation.
  Identity identity{win::process_owner(), win::process_service()};
  if (identity.owner.empty()) throw win32_error("cannot find out which account the service runs under");
  return identity;
}

std::wstring own_entries(const Identity& identity, const std::wstring& all) {
  constexpr wchar_t kOwnerRights[] = L"S-1-3-4";  // its entry replaces what Windows lets every owner do
  const auto entry = [](const std::wstring& rights, const std::wstring& who) {
    return L"(A;;" + rights + L";;;" + who + L")";
  };
  const std::wstring others = entry(all, L"SY") + entry(all, L"BA");
  if (identity.service.empty()) return others + entry(all, identity.owner);
  return others + entry(all, identity.service) + entry(L"RC", kOwnerRights);
}

}  // namespace shmbroker::service
