// Who may read and write a channel, and the security descriptors of its objects that follow from it.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocol/object_rights.h"
#include "service/config/config.h"
#include "service/support/identity.h"
#include "win/security.h"

namespace shmbroker::service {

// One entry of a channel's access: whom it is about, and what it allows or denies.
struct Grant {
  std::wstring sid;
  bool deny = false;
  bool read = false;
  bool write = false;
  bool operator==(const Grant&) const = default;
};

// A channel's access, with accounts looked up.
struct Access {
  std::vector<Grant> grants;
  bool low_integrity = false;
  bool operator==(const Access&) const = default;
};

// Looks the accounts up. Throws Error naming the one that is unknown, or the SDDL that is not.
Access resolve_access(const AccessConfig& access);

// SID text of an account by its name, or by its SID. Throws Error where there is none; win32() says why.
std::wstring look_up_account(const std::string& account);

// Who may do what, in words: "read: Users; write: CONTOSO\bob". name_of: gives the name of a SID, for
// accounts that the configuration names so.
std::string access_words(const AccessConfig& access,
                         const std::function<std::wstring(const std::wstring& sid)>& name_of);

// A checksum of what a configuration says of an access, by which two are told apart; never 0.
uint32_t access_sum(const AccessConfig& access);

// Whether a token is one of these accounts, or in one of these groups. sids: as text. Throws Error.
bool is_among(HANDLE token, const std::vector<std::wstring>& sids);

using protocol::Object;

// Clients that have a channel open keep the rights that waking and waiting take, whatever its access has
// become since. SIDs.
struct AttachedClients {
  std::wstring owner;            // the one that a reader_event, a desk or an answer_event is made for
  std::set<std::wstring> peers;  // those with whom it has to do: writers, or a service's servers
};

// The descriptor of an object: owned by the service's account, full control for the service, SYSTEM and
// administrators, and for everybody else just what they need. attached: of an object that is made for one
// client. Throws Error.
win::SecurityDescriptor describe(Object object, const Access& access, const Identity& identity,
                                 const AttachedClients& attached = {});

// Rights as SHM_READ and SHM_WRITE that a token has under the descriptor of Object::channel.
uint32_t rights_of(HANDLE token, const win::SecurityDescriptor& channel);

// The same of one token and many channels, of which most have the same descriptor: that is asked about once.
// The descriptors must stay as they are meanwhile.
class RightsCache {
 public:
  explicit RightsCache(HANDLE token) : token_(token) {}
  uint32_t on(const win::SecurityDescriptor& channel);

 private:
  HANDLE token_;
  std::unordered_map<std::string_view, uint32_t> known_;
};

}  // namespace shmbroker::service
