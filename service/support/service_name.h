// What the service is called.
#pragma once

namespace shmbroker::service {

inline constexpr wchar_t kServiceName[] = L"ShmBroker";
inline constexpr wchar_t kDisplayName[] = L"ShmBroker shared memory";
inline constexpr wchar_t kDescription[] =
    L"Owns named shared memory and its locks, and decides which accounts may read and write each channel.";

}  // namespace shmbroker::service
