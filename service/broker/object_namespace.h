// Where the names of the kernel objects live, and whom the objects belong to.
#pragma once

#include <string>

#include "service/support/identity.h"

namespace shmbroker::service {

struct ObjectNamespace {
  std::wstring prefix;  // "Global\ShmBroker."
  Identity identity;    // the broker's
};

// Global\ where this process may make sections there, else Local\. Throws Error.
ObjectNamespace find_object_namespace();

}  // namespace shmbroker::service
