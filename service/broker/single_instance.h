// One broker a machine: a mutex whose existence keeps a second one out.
#pragma once

#include "service/support/identity.h"
#include "win/handle.h"

namespace shmbroker::service {

// Claims this machine for as long as the handle is open. Throws Error where another broker runs, or where a
// program that is no broker has the mutex's name; win32() is ERROR_ALREADY_EXISTS then.
win::Handle claim_machine(const Identity& identity);

}  // namespace shmbroker::service
