#include "service/support/ownership.h"

#include <algorithm>
#include <iterator>

#include "service/support/error.h"

namespace shmbroker::service {
namespace {

constexpr const wchar_t* kTrusted[] = {
    L"S-1-5-18",                                                        // SYSTEM
    L"S-1-5-19",                                                        // LocalService
    L"S-1-5-32-544",                                                    // Administrators
    L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",  // TrustedInstaller: Windows itself
};

bool is_trusted(const std::wstring& owner) {
  return std::ranges::find(kTrusted, owner) != std::end(kTrusted) || owner == win::process_user() ||
         owner == win::process_service();
}

}  // namespace

std::string distrust_reason(DWORD reparse_tag, const std::wstring& owner) {
  constexpr char kRemove[] = "remove it; for the service, then: shmbroker set-up";
  if (IsReparseTagNameSurrogate(reparse_tag))  // other tags are of files that are compressed, or far away
    return std::string("is a link to another place: ") + kRemove;
  if (is_trusted(owner)) return {};
  return "belongs to " + win::display_utf8(win::account_name(owner)) +
         ", who may have put anything there: look at what is in it, and " + kRemove;
}

win::Handle open_trusted(const std::filesystem::path& path, DWORD access) {
  const std::string name = win::display_utf8(path.wstring());
  win::Handle opened(CreateFileW(path.c_str(), access | READ_CONTROL | FILE_READ_ATTRIBUTES,
                                 FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING,
                                 FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  if (!opened) {
    const DWORD error = GetLastError();
    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) return opened;
    throw win32_error("cannot find out whose " + name + " is", error);
  }
  FILE_ATTRIBUTE_TAG_INFO facts;
  if (!GetFileInformationByHandleEx(opened.get(), FileAttributeTagInfo, &facts, sizeof facts))
    throw win32_error("cannot look at " + name);
  const bool tagged = (facts.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
  const std::wstring owner = win::object_owner(opened.get());
  if (owner.empty()) throw win32_error("cannot find out whose " + name + " is");
  const std::string against = distrust_reason(tagged ? facts.ReparseTag : 0, owner);
  if (!against.empty()) throw Error(name + " " + against, ERROR_INVALID_OWNER);
  return opened;
}

std::wstring untrusted_writer(const win::SecurityDescriptor& folder) {
  constexpr DWORD kChange =
      FILE_ADD_FILE | FILE_DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_WRITE | GENERIC_ALL;
  for (const win::Entry& entry : win::entries_of(folder)) {
    if (entry.allows && (entry.flags & INHERIT_ONLY_ACE) == 0 && (entry.mask & kChange) != 0 &&
        !is_trusted(entry.sid)) {
      return entry.sid;
    }
  }
  return {};
}

}  // namespace shmbroker::service
