#include "service/broker/single_instance.h"

#include <windows.h>

#include <string>

#include "service/support/error.h"
#include "service/support/ownership.h"
#include "service/support/service_name.h"
#include "win/security.h"

namespace shmbroker::service {

// Global\ and a mutex even for a broker without SeCreateGlobalPrivilege: that one is needed for sections
// only. Everybody may ask whose it is.
win::Handle claim_machine(const Identity& identity) {
  const auto descriptor = win::SecurityDescriptor::from_sddl(L"O:" + identity.owner + L"D:P" +
                                                             own_entries(identity) + L"(A;;RC;;;WD)");
  if (!descriptor) throw win32_error("cannot make a security descriptor");
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  win::Handle mutex(CreateMutexW(&security, FALSE, kInstanceMutex));
  const DWORD error = GetLastError();
  if (mutex && error != ERROR_ALREADY_EXISTS) return mutex;
  if (!mutex) mutex = win::Handle(OpenMutexW(READ_CONTROL, FALSE, kInstanceMutex));
  const std::wstring owner = mutex ? win::object_owner(mutex.get()) : L"";
  if (!owner.empty() && (owner == identity.owner || distrust_reason(0, owner).empty())) {
    throw Error(
        "another ShmBroker runs on this machine; stop it first (shmbroker stop, or Ctrl-C in its console)",
        ERROR_ALREADY_EXISTS);
  }
  throw Error("the name " + win::display_utf8(kInstanceMutex) + " is taken: " +
                  (owner.empty() ? win::display_utf8(win::error_text(error))
                                 : "it belongs to " + win::display_utf8(win::account_name(owner)) +
                                       ", and not to a ShmBroker") +
                  ". Find the program that made it, and end it",
              ERROR_ALREADY_EXISTS);
}

}  // namespace shmbroker::service
