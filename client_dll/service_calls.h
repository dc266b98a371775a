// Calls of a service through a handle: begun, waited for, given up. Threads that wait for answers through one
// handle share the handle's event: one of them sleeps on it, with the reading call lock, and the others on
// that one.
#pragma once

#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "client_dll/in_place.h"
#include "shmbroker/shmbroker.h"

namespace shmbroker::client {

int32_t begin_call(ShmChannel handle, std::span<const std::byte> request, uint64_t& token, DWORD timeout_ms);

// The same in two steps: gives room for a request, then sends it.
int32_t loan_call(ShmChannel handle, size_t size, void*& memory, uint64_t& token, DWORD timeout_ms);
int32_t commit_call(ShmChannel handle, uint64_t token, size_t size);

// SHM_E_EMPTY: it has not ended in time, and goes on. What is looked at in its place stays until
// release_call().
int32_t end_call(ShmChannel handle, uint64_t token, const Destination& answer, size_t& size,
                 DWORD timeout_ms);
int32_t release_call(ShmChannel handle, uint64_t token);

int32_t cancel_call(ShmChannel handle, uint64_t token);

// Both, and gives the call up where it does not end in time.
int32_t call(ShmChannel handle, std::span<const std::byte> request, std::span<std::byte> answer, size_t& size,
             DWORD timeout_ms);

}  // namespace shmbroker::client
