#include "service/broker/access.h"

#include <sddl.h>

#include <algorithm>
#include <cwchar>
#include <iterator>
#include <map>
#include <mutex>

#include "core/crash_point.h"
#include "protocol/status.h"
#include "service/support/error.h"

namespace shmbroker::service {

using protocol::ObjectRights;

namespace {

// English names that work on a Windows of any language; every other name is looked up.
struct WellKnown {
  const char* name;
  const wchar_t* sid;
};
constexpr WellKnown kWellKnown[] = {
    {"Everyone", L"S-1-1-0"},
    {"INTERACTIVE", L"S-1-5-4"},
    {"Authenticated Users", L"S-1-5-11"},
    {"SYSTEM", L"S-1-5-18"},
    {"LOCAL SERVICE", L"S-1-5-19"},
    {"NETWORK SERVICE", L"S-1-5-20"},
    {"Administrators", L"S-1-5-32-544"},
    {"Users", L"S-1-5-32-545"},
};

// Windows may have to ask another machine for an account, and thousands of channels name the same few. They
// are remembered for as long as a start or a reload may take, and no longer: an account may be made anew.
class RecentSids {
 public:
  // Empty means GetLastError.
  std::wstring sid_of(const std::wstring& name) {
    const std::scoped_lock lock(mutex_);
    const ULONGLONG now = GetTickCount64();
    if (now - since_ > kMostAge) {
      known_.clear();
      since_ = now;
    }
    if (const auto found = known_.find(name); found != known_.end()) return found->second;
    std::wstring sid = win::account_sid(name);
    if (!sid.empty()) known_.emplace(name, sid);
    return sid;
  }

 private:
  static constexpr ULONGLONG kMostAge = 10'000;  // milliseconds
  std::mutex mutex_;
  ULONGLONG since_ = 0;  // when the oldest may have been asked for
  std::map<std::wstring, std::wstring> known_;
};

// A raw ACE's mask, in terms of a channel: mapping rights of a section, or the generic ones.
bool allows_read(ACCESS_MASK mask) { return (mask & (GENERIC_READ | GENERIC_ALL | SECTION_MAP_READ)) != 0; }
bool allows_write(ACCESS_MASK mask) {
  return (mask & (GENERIC_WRITE | GENERIC_ALL | SECTION_MAP_WRITE)) != 0;
}

std::vector<Grant> grants_of(const std::string& sddl) {
  const auto descriptor = win::SecurityDescriptor::from_sddl(win::to_utf16(sddl).value_or(L""));
  if (!descriptor) throw win32_error("'" + sddl + "' is not a security descriptor in SDDL");
  BOOL present = FALSE;
  BOOL defaulted = FALSE;
  PACL dacl = nullptr;
  if (!GetSecurityDescriptorDacl(descriptor.get(), &present, &dacl, &defaulted) || !present ||
      dacl == nullptr) {
    throw Error("'" + sddl + "' has no DACL: a channel must say who may use it");
  }
  std::vector<Grant> grants;
  for (DWORD i = 0; i < dacl->AceCount; ++i) {
    void* ace = nullptr;
    if (!GetAce(dacl, i, &ace))
      throw win32_error("cannot read entry " + std::to_string(i) + " of '" + sddl + "'");
    const auto& header = *static_cast<ACE_HEADER*>(ace);
    const bool deny = header.AceType == ACCESS_DENIED_ACE_TYPE;
    if (!deny && header.AceType != ACCESS_ALLOWED_ACE_TYPE) {
      throw Error("'" + sddl + "': only entries that allow (A) or deny (D) mean something for a channel");
    }
    // Both kinds of entry have the same shape.
    auto& entry = *static_cast<ACCESS_ALLOWED_ACE*>(ace);
    grants.push_back(
        {win::sid_text(&entry.SidStart), deny, allows_read(entry.Mask), allows_write(entry.Mask)});
  }
  return grants;
}

DWORD allowed_to(const Grant& grant, const ObjectRights& rights) {
  return (grant.read ? rights.read : 0) | (grant.write ? rights.write : 0);
}

// An account that may not read can't write either, since a writer sees the memory. One that just may not
// write keeps the rights that reading takes, and has none on what is the writers' alone.
DWORD denied_to(const Grant& grant, const ObjectRights& rights) {
  if (grant.read) return rights.read | rights.write;
  return grant.write ? rights.write & ~rights.read : 0;
}

std::wstring hex(DWORD mask) {
  wchar_t text[16];
  std::swprintf(text, std::size(text), L"0x%lx", mask);
  return text;
}

std::wstring ace(bool deny, DWORD mask, const std::wstring& sid) {
  return (deny ? L"(D;;" : L"(A;;") + hex(mask) + L";;;" + sid + L")";
}

}  // namespace

std::string access_words(const AccessConfig& access,
                         const std::function<std::wstring(const std::wstring& sid)>& name_of) {
  const auto list_of = [&name_of](const std::vector<std::string>& accounts) {
    std::string list;
    for (const std::string& account : accounts) {
      const std::wstring wide = win::to_utf16(account).value_or(L"");
      list +=
          (list.empty() ? "" : ", ") + win::display_utf8(account.starts_with("S-1-") ? name_of(wide) : wide);
    }
    return list.empty() ? "nobody" : list;
  };
  const std::string low = access.low_integrity ? "; low integrity too" : "";
  if (!access.sddl.empty()) return "SDDL " + access.sddl + low;
  if (access.of_service) return "call: " + list_of(access.write) + "; serve: " + list_of(access.read) + low;
  return "read: " + list_of(access.read) + "; write: " + list_of(access.write) + low;
}

uint32_t access_sum(const AccessConfig& access) {
  const std::string words = access_words(access, [](const std::wstring& sid) { return sid; });
  uint32_t sum = 2166136261;  // FNV-1a
  for (const char byte : words) sum = (sum ^ static_cast<unsigned char>(byte)) * 16777619;
  return sum != 0 ? sum : 1;
}

std::wstring look_up_account(const std::string& account) {
  for (const WellKnown& known : kWellKnown) {
    if (account == known.name) return known.sid;
  }
  std::wstring name = win::to_utf16(account).value_or(L"");
  if (name.starts_with(L"S-1-")) {
    PSID sid = nullptr;
    if (!ConvertStringSidToSidW(name.c_str(), &sid)) throw win32_error("'" + account + "' is not a SID");
    LocalFree(sid);
    return name;
  }
  static RecentSids recent;
  SHM_CRASH_POINT("account.sid");
  std::wstring sid = recent.sid_of(name);
  if (sid.empty()) throw win32_error("no account is named '" + account + "'");
  return sid;
}

Access resolve_access(const AccessConfig& config) {
  Access access;
  access.low_integrity = config.low_integrity;
  if (!config.sddl.empty()) access.grants = grants_of(config.sddl);
  for (const std::string& account : config.read)
    access.grants.push_back({look_up_account(account), false, true, false});
  for (const std::string& account : config.write)
    access.grants.push_back({look_up_account(account), false, false, true});
  return access;
}

// A descriptor that they may read: AccessCheck knows about groups, denials and restricted tokens.
bool is_among(HANDLE token, const std::vector<std::wstring>& sids) {
  std::wstring list;
  for (const std::wstring& sid : sids) list += ace(false, core::kRead, sid);
  const auto descriptor = win::SecurityDescriptor::from_sddl(L"O:SYD:P" + list);
  if (!descriptor) throw win32_error("cannot make a security descriptor");
  return rights_of(token, descriptor) != 0;
}

win::SecurityDescriptor describe(Object object, const Access& access, const Identity& identity,
                                 const AttachedClients& attached) {
  const ObjectRights rights = protocol::rights_on(object);
  // P: nothing is inherited. The first entry that speaks about a right decides: no denial keeps the service
  // from its own objects when it is back, a reader from its own event, or a writer from waking it.
  std::wstring list = own_entries(identity, object == Object::channel ? hex(rights.all) : L"GA");
  if (!attached.owner.empty()) list += ace(false, rights.own, attached.owner);
  const DWORD of_peers = rights.write != 0 ? rights.write : rights.read;
  for (const std::wstring& peer : attached.peers) list += ace(false, of_peers, peer);
  for (const bool deny : {true, false}) {
    for (const Grant& grant : access.grants) {
      const DWORD mask = deny ? denied_to(grant, rights) : allowed_to(grant, rights);
      if (grant.deny == deny && mask != 0) list += ace(deny, mask, grant.sid);
    }
  }
  // ML, NW: a writer needs this integrity level (low or medium), besides what the DACL grants. Set either
  // way: an object that had the one label gets the other when the access changes.
  const std::wstring label = access.low_integrity ? L"S:(ML;;NW;;;LW)" : L"S:(ML;;NW;;;ME)";
  auto descriptor = win::SecurityDescriptor::from_sddl(L"O:" + identity.owner + L"D:P" + list + label);
  if (!descriptor) throw win32_error("cannot make a security descriptor");
  return descriptor;
}

uint32_t rights_of(HANDLE token, const win::SecurityDescriptor& channel) {
  // AccessCheck wants a group in the descriptor; ours have none, so it gets a copy with the owner as the
  // group.
  PSID owner = nullptr;
  BOOL defaulted = FALSE;
  BOOL present = FALSE;
  PACL dacl = nullptr;
  BOOL has_label = FALSE;
  PACL label = nullptr;  // a token of lower integrity than it says may not write
  SECURITY_DESCRIPTOR copy;
  if (!GetSecurityDescriptorOwner(channel.get(), &owner, &defaulted) ||
      !GetSecurityDescriptorDacl(channel.get(), &present, &dacl, &defaulted) ||
      !InitializeSecurityDescriptor(&copy, SECURITY_DESCRIPTOR_REVISION) ||
      !SetSecurityDescriptorOwner(&copy, owner, FALSE) || !SetSecurityDescriptorGroup(&copy, owner, FALSE) ||
      !SetSecurityDescriptorDacl(&copy, TRUE, dacl, FALSE) ||
      !GetSecurityDescriptorSacl(channel.get(), &has_label, &label, &defaulted) ||
      !SetSecurityDescriptorSacl(&copy, has_label, label, FALSE)) {
    return 0;
  }
  const ObjectRights rights = protocol::rights_on(Object::channel);
  GENERIC_MAPPING mapping = {rights.read, rights.write, 0, rights.all};
  PRIVILEGE_SET privileges{};
  DWORD size = sizeof privileges;
  DWORD granted = 0;
  BOOL allowed = FALSE;
  if (!AccessCheck(&copy, token, MAXIMUM_ALLOWED, &mapping, &privileges, &size, &granted, &allowed) ||
      !allowed)
    return 0;
  return granted & rights.all;
}

uint32_t RightsCache::on(const win::SecurityDescriptor& channel) {
  const auto [found, is_new] = known_.try_emplace(channel.bytes(), 0);
  if (is_new) found->second = rights_of(token_, channel);
  return found->second;
}

}  // namespace shmbroker::service
