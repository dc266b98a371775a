// %ProgramData%\ShmBroker, or what a command line names instead: configuration, log and state.
#pragma once

#include <filesystem>
#include <string>

#include "service/support/identity.h"

namespace shmbroker::service {

// In SDDL. The folder is open to the service, SYSTEM and administrators alone: its state file says which
// memory is ours, and whoever could write it could have us take over foreign memory. The service may do
// everything with the files that it makes there, and can't remove others'. owner: a SID, or SDDL's short name
// of one.
std::wstring folder_sddl(const std::wstring& owner, const Identity& service);

// Everybody reads the configuration, the service too, and only administrators write it: the service could not
// rewrite its own policy.
std::wstring config_sddl();

// The same of the folder conf.d, and what is put into it.
std::wstring parts_sddl();

// Makes the folder, or leaves the one that is there as it is. Throws Error, also where it or what a service
// reads from it was made by somebody who is not trusted with it.
void make_data_folder(const std::filesystem::path& folder, const Identity& service);

// For an installation: makes the folder, or gives the one that is there to administrators, with these rights.
// Throws Error, as above.
void set_up_data_folder(const std::filesystem::path& folder, const Identity& service);

// Puts the schema into a folder that is set up, the example configuration unless it has one, and an empty
// conf.d unless it has one, whose rights are put right again. from: where
// they are. Throws Error.
void bring_config(const std::filesystem::path& folder, const std::filesystem::path& from);

// Whether the folder is there and has rights for somebody, by SID. Throws Error where it is not to be
// trusted.
bool names(const std::filesystem::path& folder, const std::wstring& sid);

}  // namespace shmbroker::service
