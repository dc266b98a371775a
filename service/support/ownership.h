// Whose a file or folder is that was there before us. Windows lets every user make C:\ProgramData\ShmBroker,
// and whoever made a thing keeps a hold on it, whatever its rights are changed to.
#pragma once

#include <windows.h>

#include <filesystem>
#include <string>

#include "win/handle.h"
#include "win/security.h"

namespace shmbroker::service {

// What speaks against using what has this reparse tag (0: none) and this owner (a SID), and what to do about
// it; "" where nothing does. Trusted with what they made are SYSTEM, administrators, LocalService, the
// service itself, and this process's user.
std::string distrust_reason(DWORD reparse_tag, const std::wstring& owner);

// Opens a file or folder with these rights; itself, and not what it links to. An empty one: it is not there.
// Throws Error where it is not to be trusted.
win::Handle open_trusted(const std::filesystem::path& path, DWORD access = 0);

// The SID of somebody, not trusted as above, whom these entries let put files into their folder or change
// what is there; "" where there is nobody.
std::wstring untrusted_writer(const win::SecurityDescriptor& folder);

}  // namespace shmbroker::service
