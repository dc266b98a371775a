#include "service/broker/config_file.h"

#include <windows.h>

#include <algorithm>
#include <cwctype>
#include <fstream>
#include <iterator>
#include <map>

#include "service/broker/access.h"
#include "service/broker/file_regions.h"
#include "service/support/error.h"
#include "service/support/folders.h"
#include "service/support/ownership.h"
#include "win/time.h"

namespace shmbroker::service {
namespace {

// Whether Windows knows them: an account may have been removed since the configuration was written.
void check_accounts(const Config& config, const std::string& file) {
  const auto check = [&](const AccessConfig& access, const std::string& pointer) {
    try {
      resolve_access(access);
    } catch (const Error& error) {
      throw ConfigError(file + ": " + pointer + ": " + error.what());
    }
  };
  const auto check_each = [&](const std::vector<std::string>& accounts, const std::string& pointer) {
    for (size_t i = 0; i < accounts.size(); ++i)
      check({.read = {accounts[i]}}, pointer + "/" + std::to_string(i));
  };
  for (size_t i = 0; i < config.channels.size(); ++i) {
    const AccessConfig& access = config.channels[i].access;
    const std::string pointer = "/channels/" + std::to_string(i) + "/access";
    check_each(access.read, pointer + "/read");
    check_each(access.write, pointer + "/write");
    check({.sddl = access.sddl}, pointer + "/sddl");
  }
  check_each(config.create.accounts, "/create/accounts");
  check_each(config.create.also.read, "/create/also_read");
  check_each(config.create.also.write, "/create/also_write");
}

// The blocks' parts of a file must not overlap. By the paths as they are written: where they lead is seen
// when they are opened.
void check_files(const Config& config, const std::string& file) {
  struct Part {
    uint64_t begin;
    uint64_t end;
    const std::string& channel;
  };
  std::map<std::wstring, std::vector<Part>> files;
  for (size_t i = 0; i < config.channels.size(); ++i) {
    const ChannelConfig& channel = config.channels[i];
    if (!channel.file) continue;
    const std::string pointer = file + ": /channels/" + std::to_string(i) + "/file: ";
    const std::string against = path_problem(channel.file->path);
    if (!against.empty()) throw ConfigError(pointer + against);
    std::wstring path =
        std::filesystem::path(win::to_utf16(channel.file->path).value_or(L"")).lexically_normal().wstring();
    std::ranges::transform(path, path.begin(),
                           [](wchar_t c) { return static_cast<wchar_t>(std::towupper(c)); });
    const uint64_t begin = channel.file->offset.value_or(0);
    const uint64_t end = channel.file->offset ? begin + channel.capacity : UINT64_MAX;
    std::vector<Part>& parts = files[path];
    for (const Part& other : parts) {
      if (begin < other.end && other.begin < end)
        throw ConfigError(
            pointer + "overlaps with what channel '" + other.channel +
            "' has of the same file; give one of them another file, or an offset behind the other's end");
    }
    parts.push_back({begin, end, channel.name});
  }
}

}  // namespace

uint64_t written_at(const std::filesystem::path& file) {
  constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  const win::Handle handle(CreateFileW(file.c_str(), GENERIC_READ, kShareAll, nullptr, OPEN_EXISTING,
                                       FILE_ATTRIBUTE_NORMAL, nullptr));
  FILETIME written;
  if (!handle || !GetFileTime(handle.get(), nullptr, nullptr, &written)) {
    throw win32_error("cannot read the configuration " + win::display_utf8(file.wstring()) +
                      "; name another one with --config");
  }
  return win::number_of(written);
}

Config read_config(const std::filesystem::path& file) {
  const std::string name = win::display_utf8(file.wstring());
  if (file.parent_path() == common_folder()) open_trusted(file);  // any user may have made that folder
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) throw Error("cannot read the configuration " + name + "; name another one with --config");
  return parse_config(text, name);
}

Config load_config(const std::filesystem::path& file) {
  Config config = read_config(file);
  check_accounts(config, win::display_utf8(file.wstring()));
  check_files(config, win::display_utf8(file.wstring()));
  return config;
}

}  // namespace shmbroker::service
