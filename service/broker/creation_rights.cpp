#include "service/broker/creation_rights.h"

#include <optional>

#include "service/support/error.h"
#include "win/text.h"

namespace shmbroker::service {

CreationRights look_up_creators(const CreateConfig& config) {
  CreationRights rights;
  const auto look_up = [&](const std::string& account) -> std::optional<std::wstring> {
    try {
      return look_up_account(account);
    } catch (const Error& error) {
      rights.unknown += (rights.unknown.empty() ? "" : "; ") + std::string(error.what());
      return std::nullopt;
    }
  };
  for (const std::string& account : config.accounts) {
    if (const auto sid = look_up(account)) rights.creators.push_back(*sid);
  }
  for (const std::string& account : config.also.read) {
    if (const auto sid = look_up(account)) rights.also.grants.push_back({*sid, false, true, false});
  }
  for (const std::string& account : config.also.write) {
    if (const auto sid = look_up(account)) rights.also.grants.push_back({*sid, false, false, true});
  }
  return rights;
}

AccessConfig access_of_created(const std::string& creator, const CreateConfig& policy) {
  AccessConfig access = policy.also;
  access.read.push_back(creator);
  access.write.push_back(creator);
  return access;
}

Access access_of_created(const std::string& creator, const CreationRights& rights) {
  Access access = rights.also;
  const std::wstring sid = win::to_utf16(creator).value_or(L"");
  access.grants.push_back({sid, false, true, true});
  return access;
}

}  // namespace shmbroker::service
