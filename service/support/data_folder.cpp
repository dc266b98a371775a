#include "service/support/data_folder.h"

#include <windows.h>

#include <aclapi.h>

#include <algorithm>

#include "service/support/error.h"
#include "service/support/folders.h"
#include "service/support/ownership.h"
#include "win/security.h"

namespace shmbroker::service {
namespace {

constexpr wchar_t kConfig[] = L"shmbroker.json";
constexpr wchar_t kSchema[] = L"shmbroker.schema.json";

constexpr DWORD kGive = WRITE_DAC | WRITE_OWNER;

win::SecurityDescriptor descriptor_of(const std::wstring& sddl) {
  auto descriptor = win::SecurityDescriptor::from_sddl(sddl);
  if (!descriptor) throw win32_error("cannot make a security descriptor");
  return descriptor;
}

// Gives it to the descriptor's owner, with the descriptor's entries and none from the folder above.
void protect(const win::Handle& object, const std::filesystem::path& path, const std::wstring& sddl) {
  const auto descriptor = descriptor_of(sddl);
  PACL dacl = nullptr;
  PSID owner = nullptr;
  BOOL present = FALSE;
  BOOL defaulted = FALSE;
  GetSecurityDescriptorDacl(descriptor.get(), &present, &dacl, &defaulted);
  GetSecurityDescriptorOwner(descriptor.get(), &owner, &defaulted);
  const DWORD error = SetSecurityInfo(
      object.get(), SE_FILE_OBJECT,
      OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, owner,
      nullptr, dacl, nullptr);
  if (error != ERROR_SUCCESS)
    throw win32_error("cannot say who may use " + win::display_utf8(path.wstring()), error);
}

void copy(const std::filesystem::path& from, const std::filesystem::path& to, bool only_if_missing) {
  if (CopyFileW(from.c_str(), to.c_str(), only_if_missing)) return;
  if (only_if_missing && GetLastError() == ERROR_FILE_EXISTS) return;
  throw win32_error("cannot copy " + win::display_utf8(from.wstring()) + " to " +
                    win::display_utf8(to.wstring()));
}

win::Handle make_folder(const std::filesystem::path& folder, const std::wstring& sddl, DWORD access) {
  const std::string name = win::display_utf8(folder.wstring());
  std::error_code ignored;
  std::filesystem::create_directories(folder.parent_path(), ignored);  // CreateDirectory tells what is wrong
  const auto descriptor = descriptor_of(sddl);
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  if (!CreateDirectoryW(folder.c_str(), &security) && GetLastError() != ERROR_ALREADY_EXISTS) {
    throw win32_error("cannot make the folder " + name + " (for the service, shmbroker set-up makes it)");
  }
  // FILE_LIST_DIRECTORY: while somebody reads it, nobody puts another in its place.
  win::Handle made = open_trusted(folder, access | FILE_LIST_DIRECTORY);
  if (!made) throw Error("the folder " + name + " was removed just now; try again");
  return made;
}

// What the service takes others' word for, or writes to.
void check_files(const std::filesystem::path& folder) {
  for (const wchar_t* file : {kConfig, kSchema, L"state.json", L"state.json.new", L"shmbroker.log"})
    open_trusted(folder / file);
}

}  // namespace

std::wstring folder_sddl(const std::wstring& owner, const Identity& service) {
  // No DELETE_CHILD on the folder itself: with it the service could put another configuration in the place of
  // its own. OWNER RIGHTS (S-1-3-4) are what the account has as the owner of the service's files, which it
  // shares with others.
  const std::wstring who = service.service.empty() ? service.owner : service.service;
  return L"O:" + owner + L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;;FRFWFX;;;" + who +
         L")(A;OICIIO;FRFWFXSD;;;" + who + L")" + (service.service.empty() ? L"" : L"(A;OICI;RC;;;S-1-3-4)");
}

std::wstring config_sddl() {
  return L"O:BAD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;LS)(A;;FR;;;BU)(A;;RC;;;S-1-3-4)";
}

std::wstring parts_sddl() {
  return L"O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FRFX;;;LS)(A;OICI;FRFX;;;BU)(A;OICI;RC;;;S-1-3-4)";
}

void make_data_folder(const std::filesystem::path& folder, const Identity& service) {
  const auto made = make_folder(folder, folder_sddl(service.owner, service), 0);
  check_files(folder);
}

void set_up_data_folder(const std::filesystem::path& folder, const Identity& service) {
  const std::wstring rights = folder_sddl(L"BA", service);
  const auto made = make_folder(folder, rights, kGive);
  protect(made, folder, rights);
  check_files(folder);  // now that nobody else can add one
}

void bring_config(const std::filesystem::path& folder, const std::filesystem::path& from) {
  copy(from / kSchema, folder / kSchema, /*only_if_missing=*/false);
  copy(from / kConfig, folder / kConfig, /*only_if_missing=*/true);
  for (const wchar_t* file : {kSchema, kConfig})
    protect(open_trusted(folder / file, kGive), folder / file, config_sddl());
  const std::filesystem::path parts = parts_folder(folder / kConfig);
  protect(make_folder(parts, parts_sddl(), kGive), parts, parts_sddl());
}

bool names(const std::filesystem::path& folder, const std::wstring& sid) {
  const win::Handle opened = open_trusted(folder);
  if (!opened) return false;
  return std::ranges::any_of(win::entries_of(win::SecurityDescriptor::of(opened.get())),
                             [&](const win::Entry& entry) { return entry.sid == sid; });
}

}  // namespace shmbroker::service
