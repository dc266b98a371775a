#include "service/broker/object_namespace.h"

#include "win/security.h"

namespace shmbroker::service {

ObjectNamespace find_object_namespace() {
  const bool global = win::enable_privilege(L"SeCreateGlobalPrivilege");
  return {global ? L"Global\\ShmBroker." : L"Local\\ShmBroker.", own_identity()};
}

}  // namespace shmbroker::service
