#include "service/broker/file_regions.h"

#include <windows.h>

#include <algorithm>
#include <filesystem>

#include "service/support/error.h"

namespace shmbroker::service {
namespace {

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

win::Handle open_to_look(const std::wstring& path, DWORD flags) {
  return win::Handle(
      CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, kShareAll, nullptr, OPEN_EXISTING, flags, nullptr));
}

// Nobody else may write or delete it: what is read and written stays what was checked.
win::Handle open_alone(const std::wstring& path, DWORD disposition) {
  return win::Handle(CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, nullptr,
                                 disposition, FILE_ATTRIBUTE_NORMAL, nullptr));
}

std::wstring folder_path(const std::wstring& folder) {
  const std::string name = "the folder " + win::display_utf8(folder);
  const win::Handle handle = open_to_look(folder, FILE_FLAG_BACKUP_SEMANTICS);
  if (!handle) throw win32_error("cannot open " + name);
  std::wstring path = final_path(handle.get(), name);
  if (path.back() != L'\\') path += L'\\';
  return path;
}

// As the file system compares names: by ordinal, in upper case.
bool is_under(const std::wstring& path, const std::wstring& folder) {
  return path.size() > folder.size() &&
         CompareStringOrdinal(path.data(), static_cast<int>(folder.size()), folder.data(),
                              static_cast<int>(folder.size()), TRUE) == CSTR_EQUAL;
}

// A folder that is not there now allows nothing, and is no trouble for the files in the others.
void check_place(const std::wstring& path, const std::string& name, const std::vector<std::string>& folders) {
  const bool allowed = std::ranges::any_of(folders, [&](const std::string& folder) {
    const std::wstring wide = win::to_utf16(folder).value_or(L"");
    return open_to_look(wide, FILE_FLAG_BACKUP_SEMANTICS) && is_under(path, folder_path(wide));
  });
  if (!allowed) {
    throw Error("the file " + name + " is really " + win::display_utf8(path) +
                    ", which is under none of the file_folders in shmbroker.json that are there",
                ERROR_ACCESS_DENIED);
  }
}

void check_names(HANDLE file, const std::string& name) {
  BY_HANDLE_FILE_INFORMATION info;
  if (!GetFileInformationByHandle(file, &info)) throw win32_error("cannot ask about the file " + name);
  if (info.nNumberOfLinks > 1) {
    throw Error("the file " + name + " has " + std::to_string(info.nNumberOfLinks) +
                    " names (hard links), and the others may be anywhere",
                ERROR_ACCESS_DENIED);
  }
}

std::string bytes_of(uint64_t begin, uint64_t end) {
  return end == UINT64_MAX ? "the whole of it"
                           : "bytes " + std::to_string(begin) + " to " + std::to_string(end - 1);
}

}  // namespace

std::string path_problem(const std::string& path) {
  const std::filesystem::path wide(win::to_utf16(path).value_or(L""));
  if (!wide.is_absolute()) return "the path " + path + " is not a full one, such as C:\\Plant\\value.bin";
  const char last = path.back();
  // Windows drops those from most paths and keeps them in others: two names for one file.
  if (last == ' ' || last == '.')
    return "the path '" + path + "' ends in a " + (last == ' ' ? "blank" : "dot") + "; leave it out";
  return {};
}

bool FileRegions::IgnoringCase::operator()(const std::wstring& a, const std::wstring& b) const {
  return CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()),
                              TRUE) == CSTR_LESS_THAN;
}

std::unique_ptr<FileRegions::Region> FileRegions::open(const std::string& channel, const FileConfig& config,
                                                       uint64_t capacity,
                                                       const std::vector<std::string>& folders,
                                                       Missing missing) {
  const std::string& name = config.path;
  if (const std::string against = path_problem(name); !against.empty()) throw Error(against);
  const std::filesystem::path path(win::to_utf16(name).value_or(L""));
  const std::scoped_lock lock(mutex_);
  const win::Handle there = open_to_look(path, 0);
  const DWORD error = GetLastError();
  win::Handle made;
  if (!there && error == ERROR_FILE_NOT_FOUND && !config.offset) {
    // In a folder that is where it must be: to look afterwards would be too late.
    const std::wstring really = folder_path(path.parent_path()) + path.filename().wstring();
    check_place(really, name, folders);
    if (missing == Missing::leave) return nullptr;
    made = open_alone(really, CREATE_NEW);
    if (!made) throw win32_error("cannot make the file " + name);
  } else if (!there) {
    throw win32_error("cannot open the file " + name, error);
  }
  const uint64_t begin = config.offset.value_or(0);
  const uint64_t end = config.offset ? begin + capacity : UINT64_MAX;
  std::unique_ptr<Region> region(
      new Region(*this, final_path((made ? made : there).get(), "the file " + name), channel, begin, end));
  auto& known = files_[region->path()];
  auto entry = known.lock();
  if (!entry) {
    if (!made) made = open_alone(path, OPEN_EXISTING);
    if (!made) throw win32_error("cannot open the file " + name);
    check_place(final_path(made.get(), "the file " + name), name, folders);
    check_names(made.get(), name);
    entry = std::make_shared<Region::Entry>(File(std::move(made), name));
    known = entry;
  }
  for (const Region* other : entry->regions) {
    if (begin >= other->end_ || other->begin_ >= end) continue;
    throw Error(bytes_of(begin, end) + " of the file " + name + " would overlap with what channel '" +
                    other->channel_ + "' has of it, " + bytes_of(other->begin_, other->end_) +
                    "; give one of them another file, or an offset behind the other's end",
                ERROR_SHARING_VIOLATION);
  }
  entry->regions.push_back(region.get());
  region->entry_ = std::move(entry);
  return region;
}

FileRegions::Region::~Region() {
  if (!entry_) return;
  const std::scoped_lock lock(files_.mutex_);
  std::erase(entry_->regions, this);
  entry_.reset();
  std::erase_if(files_.files_, [](const auto& file) { return file.second.expired(); });
}

}  // namespace shmbroker::service
