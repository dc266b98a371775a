// %ProgramData%\ShmBroker, or what a command line names instead: configuration, log and state.
#pragma once

#include <filesystem>
#include <string>

#include "service/identity.h"

namespace shmbroker::service {

// In SDDL. The folder is open to the service, SYSTEM and administrators alone: its state file says which memory is ours,
// and whoever could write it could have us take over foreign memory. The service may do everything with the files that
// it makes there, and can't remove others'. owner: a SID, or SDDL's short name of one.
std::wstring folder_sddl(const std::wstring& owner, const Identity& service);

// Everybody reads the configuration, the service too, and only administrators write it: the service could not rewrite
// its own policy.
std::wstring config_sddl();

// Makes the folder, or leaves the one that is there as it is. Throws Error, also where it or what a service reads from it
// was made by somebody who is not trusted with it.
void make_data_folder(const std::filesystem::path& folder, const Identity& service);

// For an installation: makes the folder or gives it to administrators with these rights, and puts the example
// configuration there unless it has one. from: where example and schema are. Throws Error, as above.
void set_up_data_folder(const std::filesystem::path& folder, const std::filesystem::path& from,
                        const Identity& service);

}  // namespace shmbroker::service
