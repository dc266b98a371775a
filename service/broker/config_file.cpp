#include "service/broker/config_file.h"

#include <windows.h>

#include <algorithm>
#include <cwctype>
#include <fstream>
#include <iterator>

#include "service/broker/access.h"
#include "service/broker/file_regions.h"
#include "service/support/error.h"
#include "service/support/folders.h"
#include "service/support/ownership.h"
#include "win/time.h"

namespace shmbroker::service {
namespace {

using std::filesystem::path;

// Whether Windows knows them: an account may have been removed since the configuration was written.
void check_accounts(Config& config, const std::string& file) {
  const auto check = [&](const AccessConfig& access, const std::string& place) {
    try {
      const auto gives = [](const Grant& grant) { return !grant.deny && (grant.read || grant.write); };
      if (!std::ranges::any_of(resolve_access(access).grants, gives) && !access.sddl.empty())
        config.warnings.push_back(place + ": gives nobody a right; of an SDDL GR, GW and GA count");
    } catch (const Error& error) {
      config.unavailable.push_back(place + ": " + error.what());
    }
  };
  const auto check_each = [&](const std::vector<std::string>& accounts, const std::string& place) {
    for (size_t i = 0; i < accounts.size(); ++i)
      check({.read = {accounts[i]}}, place + "/" + std::to_string(i));
  };
  for (const ChannelConfig& channel : config.channels) {
    const std::string place = channel.place + ": " + channel.pointer + "/access";
    check_each(channel.access.read, place + "/read");
    check_each(channel.access.write, place + "/write");
    check({.sddl = channel.access.sddl}, place + "/sddl");
  }
  check_each(config.create.accounts, file + ": /create/accounts");
  check_each(config.create.also.read, file + ": /create/also_read");
  check_each(config.create.also.write, file + ": /create/also_write");
  check_each(config.create.also_of_service.write, file + ": /create/also_call");
  check_each(config.create.also_of_service.read, file + ": /create/also_serve");
}

// The blocks' parts of a file must not overlap. By the paths as they are written: where they lead is seen
// when they are opened.
void check_files(Config& config) {
  struct Part {
    uint64_t begin;
    uint64_t end;
    const std::string& channel;
  };
  std::map<std::wstring, std::vector<Part>> files;
  for (const ChannelConfig& channel : config.channels) {
    if (!channel.file) continue;
    const std::string place = channel.place + ": " + channel.pointer + "/file: ";
    const std::string against = path_problem(channel.file->path);
    if (!against.empty()) {
      config.unavailable.push_back(place + against);
      continue;
    }
    const uint64_t begin = channel.file->offset.value_or(0);
    const uint64_t end = channel.file->offset ? begin + channel.capacity : UINT64_MAX;
    std::vector<Part>& parts = files[comparable_path(*channel.file)];
    for (const Part& other : parts) {
      if (begin < other.end && other.begin < end)
        config.unavailable.push_back(
            place + "overlaps with what channel '" + other.channel +
            "' has of the same file; give one of them another file, or an offset behind the other's end");
    }
    parts.push_back({begin, end, channel.name});
  }
}

// flags: FILE_FLAG_BACKUP_SEMANTICS for a folder.
uint64_t time_of(const path& file, DWORD access, DWORD flags) {
  constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  const win::Handle handle(
      CreateFileW(file.c_str(), access, kShareAll, nullptr, OPEN_EXISTING, flags, nullptr));
  FILETIME written;
  if (!handle || !GetFileTime(handle.get(), nullptr, nullptr, &written)) {
    throw win32_error("cannot read the configuration " + win::display_utf8(file.wstring()) +
                      "; name another one with --config");
  }
  return win::number_of(written);
}

}  // namespace

std::wstring comparable_path(const FileConfig& file) {
  std::wstring name = path(win::to_utf16(file.path).value_or(L"")).lexically_normal().wstring();
  std::ranges::transform(name, name.begin(),
                         [](wchar_t c) { return static_cast<wchar_t>(std::towupper(c)); });
  return name;
}

std::vector<path> config_files(const path& file) {
  std::vector<path> parts;
  const path folder = parts_folder(file);
  if (folder.parent_path() == common_folder()) open_trusted(folder);  // any user may have made it
  std::error_code error;
  for (std::filesystem::directory_iterator each(folder, error), end; !error && each != end;
       each.increment(error)) {
    std::wstring extension = each->path().extension().wstring();
    if (_wcsicmp(extension.c_str(), L".json") == 0) parts.push_back(each->path());
  }
  const std::error_code absent = std::make_error_code(std::errc::no_such_file_or_directory);
  if (error && error != absent && GetFileAttributesW(folder.c_str()) != INVALID_FILE_ATTRIBUTES)
    throw Error("cannot list " + win::display_utf8(folder.wstring()) + ": " + error.message());
  std::ranges::sort(parts);
  parts.insert(parts.begin(), file);
  return parts;
}

std::string read_bytes(const path& file) {
  const path folder = file.parent_path();
  if (folder == common_folder() || folder.parent_path() == common_folder()) open_trusted(file);
  std::ifstream stream(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  if (stream) return bytes;
  throw Error("cannot read the configuration " + win::display_utf8(file.wstring()) +
              "; name another one with --config");
}

uint64_t written_at(const path& file) {
  uint64_t latest = 0;
  for (const path& each : config_files(file))
    latest = std::max(latest, time_of(each, GENERIC_READ, FILE_ATTRIBUTE_NORMAL));
  const path folder = parts_folder(file);
  if (GetFileAttributesW(folder.c_str()) == INVALID_FILE_ATTRIBUTES) return latest;
  return std::max(latest, time_of(folder, FILE_READ_ATTRIBUTES, FILE_FLAG_BACKUP_SEMANTICS));
}

Config read_config(const path& file, const ChangedFiles& changed) {
  const std::vector<path> files = config_files(file);
  const auto bytes_of = [&](const path& each) {
    const auto found = changed.find(each);
    return found != changed.end() ? found->second : read_bytes(each);
  };
  Config config = parse_config(bytes_of(file), win::display_utf8(file.wstring()));
  for (size_t i = 1; i < files.size(); ++i)
    add_channels(bytes_of(files[i]), win::display_utf8(files[i].wstring()), config);
  return config;
}

Config load_config(const path& file, const ChangedFiles& changed) {
  Config config = read_config(file, changed);
  check_accounts(config, win::display_utf8(file.wstring()));
  check_files(config);
  return config;
}

}  // namespace shmbroker::service
