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
  const auto grant = [&](const AccessConfig& also, Access& access) {
    for (const std::string& account : also.read) {
      if (const auto sid = look_up(account)) access.grants.push_back({*sid, false, true, false});
    }
    for (const std::string& account : also.write) {
      if (const auto sid = look_up(account)) access.grants.push_back({*sid, false, false, true});
    }
  };
  grant(config.also, rights.also);
  grant(config.also_of_service, rights.also_of_service);
  return rights;
}

AccessConfig access_of_created(const ChannelConfig& channel, const CreateConfig& policy) {
  AccessConfig access = channel.kind == core::Kind::service ? policy.also_of_service : policy.also;
  access.read.push_back(channel.creator);
  access.write.push_back(channel.creator);
  return access;
}

Access access_of_created(const ChannelConfig& channel, const CreationRights& rights) {
  Access access = channel.kind == core::Kind::service ? rights.also_of_service : rights.also;
  const std::wstring sid = win::to_utf16(channel.creator).value_or(L"");
  access.grants.push_back({sid, false, true, true});
  return access;
}

}  // namespace shmbroker::service
