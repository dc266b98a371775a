#include "service/backing_file.h"

#include <windows.h>

#include <algorithm>
#include <filesystem>

#include "core/crash_point.h"
#include "service/error.h"

namespace shmbroker::service {
namespace {

constexpr DWORD kMostAtOnce = 64 << 20;  // bytes of one ReadFile or WriteFile

// Where it really is: links, 8.3 names and substituted drives are gone from this path.
std::wstring final_path(HANDLE file) {
  std::wstring path(MAX_PATH, L'\0');
  for (;;) {
    const DWORD length =
        GetFinalPathNameByHandleW(file, path.data(), static_cast<DWORD>(path.size()), FILE_NAME_NORMALIZED);
    if (length == 0) throw win32_error("cannot find out where the file is");
    const bool enough = length < path.size();
    path.resize(length);
    if (enough) return path;
  }
}

// Opens a folder just to ask where it is.
std::wstring folder_path(const std::wstring& folder) {
  const win::Handle handle(CreateFileW(folder.c_str(), FILE_READ_ATTRIBUTES,
                                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                       OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  if (!handle) throw win32_error("cannot open the folder " + win::display_utf8(folder));
  std::wstring path = final_path(handle.get());
  if (path.back() != L'\\') path += L'\\';
  return path;
}

// As the file system compares names: by ordinal, in upper case.
bool is_under(const std::wstring& path, const std::wstring& folder) {
  return path.size() > folder.size() &&
         CompareStringOrdinal(path.data(), static_cast<int>(folder.size()), folder.data(),
                              static_cast<int>(folder.size()), TRUE) == CSTR_EQUAL;
}

// Nobody else may write or delete it: what is read and written stays what was checked.
win::Handle open_alone(const std::wstring& path, DWORD disposition) {
  return win::Handle(CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, nullptr,
                                 disposition, FILE_ATTRIBUTE_NORMAL, nullptr));
}

OVERLAPPED place(uint64_t offset) {
  OVERLAPPED at{};
  at.Offset = static_cast<DWORD>(offset);
  at.OffsetHigh = static_cast<DWORD>(offset >> 32);
  return at;
}

}  // namespace

BackingFile::BackingFile(const FileConfig& config, const std::vector<std::string>& folders, uint64_t capacity)
    : path_(config.path),
      whole_(!config.offset),
      offset_(config.offset.value_or(0)),
      capacity_(capacity),
      file_(open(folders)) {
  check_place(final_path(file_.get()), folders);
  check_names();
  const uint64_t there = size();
  if (whole_ && there > capacity_) {
    throw Error("the file " + path_ + " has " + std::to_string(there) +
                " bytes, more than the block's capacity of " + std::to_string(capacity_));
  }
  if (!whole_ && (there < offset_ || there - offset_ < capacity_)) {
    throw Error("the file " + path_ + " has " + std::to_string(there) +
                " bytes and ends before its region of " + std::to_string(capacity_) + " bytes at " +
                std::to_string(offset_) + " does");
  }
}

// A new file is made in a folder that is where it must be: to look afterwards would be too late.
win::Handle BackingFile::open(const std::vector<std::string>& folders) const {
  const std::filesystem::path path(win::to_utf16(path_).value_or(L""));
  win::Handle file = open_alone(path, OPEN_EXISTING);
  if (!file && GetLastError() == ERROR_FILE_NOT_FOUND && whole_) {
    const std::wstring really = folder_path(path.parent_path()) + path.filename().wstring();
    check_place(really, folders);
    file = open_alone(really, CREATE_NEW);
  }
  if (!file) throw win32_error("cannot open the file " + path_);
  return file;
}

void BackingFile::check_place(const std::wstring& path, const std::vector<std::string>& folders) const {
  const bool allowed = std::ranges::any_of(folders, [&](const std::string& folder) {
    return is_under(path, folder_path(win::to_utf16(folder).value_or(L"")));
  });
  if (!allowed) {
    throw Error("the file " + path_ + " is really " + win::display_utf8(path) +
                    ", which is under none of the file_folders in shmbroker.json",
                ERROR_ACCESS_DENIED);
  }
}

void BackingFile::check_names() const {
  BY_HANDLE_FILE_INFORMATION info;
  if (!GetFileInformationByHandle(file_.get(), &info))
    throw win32_error("cannot ask about the file " + path_);
  if (info.nNumberOfLinks > 1) {
    throw Error("the file " + path_ + " has " + std::to_string(info.nNumberOfLinks) +
                    " names (hard links), and the others may be anywhere",
                ERROR_ACCESS_DENIED);
  }
}

uint64_t BackingFile::size() const {
  LARGE_INTEGER size;
  if (!GetFileSizeEx(file_.get(), &size)) throw win32_error("cannot ask for the size of " + path_);
  return static_cast<uint64_t>(size.QuadPart);
}

void BackingFile::resize(uint64_t size) {
  FILE_END_OF_FILE_INFO end;
  end.EndOfFile.QuadPart = static_cast<LONGLONG>(size);
  if (!SetFileInformationByHandle(file_.get(), FileEndOfFileInfo, &end, sizeof end)) {
    throw win32_error("cannot make the file " + path_ + " " + std::to_string(size) + " bytes long");
  }
}

std::vector<std::byte> BackingFile::load() const {
  std::vector<std::byte> value(static_cast<size_t>(whole_ ? size() : capacity_));
  for (size_t done = 0; done < value.size();) {
    OVERLAPPED at = place(offset_ + done);
    DWORD bytes = 0;
    const auto wanted = static_cast<DWORD>(std::min<size_t>(value.size() - done, kMostAtOnce));
    if (!ReadFile(file_.get(), value.data() + done, wanted, &bytes, &at) || bytes == 0) {
      throw win32_error("cannot read the file " + path_);
    }
    done += bytes;
  }
  return value;
}

void BackingFile::write(std::span<const std::byte> bytes, uint64_t at) {
  while (!bytes.empty()) {
    OVERLAPPED where = place(at);
    DWORD written = 0;
    const auto wanted = static_cast<DWORD>(std::min<size_t>(bytes.size(), kMostAtOnce));
    if (!WriteFile(file_.get(), bytes.data(), wanted, &written, &where)) {
      throw win32_error("cannot write the file " + path_);
    }
    bytes = bytes.subspan(written);
    at += written;
  }
}

// The space is taken first: a full disk shows there, and not halfway through the value.
void BackingFile::save(std::span<const std::byte> value) {
  if (whole_ && size() < value.size()) resize(value.size());
  SHM_CRASH_POINT("file.grown");
  write(value, offset_);
  SHM_CRASH_POINT("file.written");
  if (whole_) {
    resize(value.size());
  } else {
    const std::vector<std::byte> rest(static_cast<size_t>(capacity_ - value.size()));
    write(rest, offset_ + value.size());
  }
  if (!FlushFileBuffers(file_.get())) throw win32_error("cannot bring the file " + path_ + " to the disk");
}

}  // namespace shmbroker::service
