#include "service/data_folder.h"

#include <windows.h>

#include <aclapi.h>

#include "core/win/security.h"
#include "service/error.h"

namespace shmbroker::service {
namespace {

constexpr wchar_t kConfig[] = L"shmbroker.json";
constexpr wchar_t kSchema[] = L"shmbroker.schema.json";

win::SecurityDescriptor descriptor_of(const std::wstring& sddl) {
  auto descriptor = win::SecurityDescriptor::from_sddl(sddl);
  if (!descriptor) throw win32_error("cannot make a security descriptor");
  return descriptor;
}

win::SecurityDescriptor folder_descriptor(const Identity& service) {
  return descriptor_of(L"O:" + service.owner + L"D:P" + own_entries(service, L"OICI"));
}

// The service reads its configuration as everybody does: it could not rewrite its own policy.
win::SecurityDescriptor config_descriptor() {
  return descriptor_of(L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;LS)(A;;FR;;;BU)");
}

void protect(const std::filesystem::path& path, const win::SecurityDescriptor& descriptor) {
  PACL dacl = nullptr;
  BOOL present = FALSE;
  BOOL defaulted = FALSE;
  GetSecurityDescriptorDacl(descriptor.get(), &present, &dacl, &defaulted);
  std::wstring name = path.wstring();
  const DWORD error = SetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT,
                                            DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                                            nullptr, nullptr, dacl, nullptr);
  if (error != ERROR_SUCCESS)
    throw win32_error("cannot say who may use " + win::display_utf8(path.wstring()), error);
}

void copy(const std::filesystem::path& from, const std::filesystem::path& to, bool only_if_missing) {
  if (CopyFileW(from.c_str(), to.c_str(), only_if_missing)) return;
  if (only_if_missing && GetLastError() == ERROR_FILE_EXISTS) return;
  throw win32_error("cannot copy " + win::display_utf8(from.wstring()) + " to " +
                    win::display_utf8(to.wstring()));
}

}  // namespace

void make_data_folder(const std::filesystem::path& folder, const Identity& service) {
  std::error_code ignored;
  std::filesystem::create_directories(folder.parent_path(), ignored);  // CreateDirectory tells what is wrong
  const auto descriptor = folder_descriptor(service);
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  if (!CreateDirectoryW(folder.c_str(), &security) && GetLastError() != ERROR_ALREADY_EXISTS) {
    throw win32_error("cannot make the folder " + win::display_utf8(folder.wstring()));
  }
}

void set_up_data_folder(const std::filesystem::path& folder, const std::filesystem::path& from,
                        const Identity& service) {
  make_data_folder(folder, own_identity());
  protect(folder, folder_descriptor(service));
  copy(from / kSchema, folder / kSchema, /*only_if_missing=*/false);
  copy(from / kConfig, folder / kConfig, /*only_if_missing=*/true);
  for (const wchar_t* file : {kSchema, kConfig}) protect(folder / file, config_descriptor());
}

}  // namespace shmbroker::service
