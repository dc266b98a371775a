// What is left of the dead: places in channels, and handles in the service.
#pragma once

#include <windows.h>

#include <string>

namespace shmbroker::tests {

// Handles that a process has open. GetProcessHandleCount would do, but Wine's says 0.
size_t handle_count(DWORD pid);

// Waits until the service, by its own count and by the memory's, has so many readers and writers on a
// channel. Fails if it stays with others.
void expect_places(const std::wstring& channel, uint32_t readers, uint32_t writers);

// Opens a channel as often as it can be, 64 times for each right: so no place of it is lost.
void expect_every_place(const std::wstring& channel);

}  // namespace shmbroker::tests
