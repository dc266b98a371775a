// What the service is called.
#pragma once

namespace shmbroker::service {

inline constexpr wchar_t kServiceName[] = L"ShmBroker";
// Exists while a broker runs on this machine, as a service or in a console.
inline constexpr wchar_t kInstanceMutex[] = L"Global\\ShmBroker.instance";
inline constexpr wchar_t kDisplayName[] = L"ShmBroker shared memory";
inline constexpr wchar_t kDescription[] =
    L"Owns named shared memory and its locks, and decides which accounts may read and write each channel.";

}  // namespace shmbroker::service
