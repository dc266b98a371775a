// Which right on a channel is which access to its kernel objects. The service grants it in their security
// descriptors, the DLL asks for it when it opens them, and the kernel compares.
#pragma once

#include <windows.h>

#include "protocol/status.h"

namespace shmbroker::protocol {

// A channel's kernel objects, as far as their rights differ.
enum class Object {
  channel,       // none of them: whom the service itself lets read and write
  data,          // readers map it for reading, writers for writing
  readers,       // both map it for writing
  writer_mutex,  // writers own it
  lock_event,    // writers wait for it and set it
  space_event,   // writers wait for it, readers set it
  reader_event,  // one reader waits for it, writers set it
  // Of a service, where to serve is the right to read, and to call the one to write:
  service_data,  // who is there, and whether it has ended: both map it for reading
  clients,       // who calls: servers map it for reading
  desk,          // a client's requests and answers: it and servers map it for writing
  answer_event,  // that client waits for it, servers set it
};

// READ_CONTROL goes with each: a client checks the owner of what it opens.
inline constexpr DWORD kMapForReading = SECTION_QUERY | SECTION_MAP_READ | READ_CONTROL;
inline constexpr DWORD kMapForWriting = kMapForReading | SECTION_MAP_WRITE;
inline constexpr DWORD kWaitAndSet = SYNCHRONIZE | EVENT_MODIFY_STATE | READ_CONTROL;
inline constexpr DWORD kSet = EVENT_MODIFY_STATE | READ_CONTROL;
inline constexpr DWORD kOwnMutex = SYNCHRONIZE | MUTEX_MODIFY_STATE | READ_CONTROL;

struct ObjectRights {
  DWORD all;      // full control
  DWORD read;     // what the right to read is; 0: nothing
  DWORD write;    // what the right to write is
  DWORD own = 0;  // of an object that is made for one client: what its account may do
};

constexpr ObjectRights rights_on(Object object) {
  switch (object) {
    case Object::channel:
      return {core::kRead | core::kWrite, core::kRead, core::kWrite};
    case Object::data:
      return {SECTION_ALL_ACCESS, kMapForReading, kMapForWriting};
    case Object::readers:
      return {SECTION_ALL_ACCESS, kMapForWriting, kMapForWriting};
    case Object::writer_mutex:
      return {MUTEX_ALL_ACCESS, 0, kOwnMutex};
    case Object::lock_event:
      return {EVENT_ALL_ACCESS, 0, kWaitAndSet};
    case Object::space_event:
      return {EVENT_ALL_ACCESS, kSet, kWaitAndSet};
    case Object::reader_event:
      return {EVENT_ALL_ACCESS, 0, kSet, kWaitAndSet};
    case Object::service_data:
      return {SECTION_ALL_ACCESS, kMapForReading, kMapForReading};
    case Object::clients:
      return {SECTION_ALL_ACCESS, kMapForReading, 0};
    case Object::desk:
      return {SECTION_ALL_ACCESS, kMapForWriting, 0, kMapForWriting};
    case Object::answer_event:
      return {EVENT_ALL_ACCESS, kSet, 0, kWaitAndSet};
  }
  return {};
}

}  // namespace shmbroker::protocol
