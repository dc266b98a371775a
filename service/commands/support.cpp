// support: what a bug report needs, in one file: configuration, logs, and what the service says; no payload.
#include <windows.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "service/broker/config_file.h"
#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/commands/describe.h"
#include "service/commands/doctor.h"
#include "service/commands/output.h"
#include "service/commands/words.h"
#include "service/commands/zip.h"
#include "service/support/error.h"
#include "win/text.h"
#include "win/time.h"

namespace shmbroker::service {
namespace {

using std::filesystem::path;

// Notes what it can't get beside what it has got: a report with something missing is better than none.
class Report {
 public:
  void add_file(const std::string& folder, const path& file) {
    const std::string name = win::display_utf8(file.filename().wstring());
    add(folder + "/" + name, [&] {
      std::ifstream stream(file, std::ios::binary);
      std::string bytes{std::istreambuf_iterator<char>(stream), {}};
      if (!stream) throw Error("it can't be read");
      return bytes;
    });
  }

  template <class Get>
  void add(const std::string& name, Get&& get) {
    try {
      zip_.add(name, get());
    } catch (const std::exception& error) {
      note_missing(name, error);
    }
  }

  void note_missing(const std::string& name, const std::exception& error) {
    missing_ += name + ": " + error.what() + "\n";
  }

  // Returns what is missing, "" for nothing. Throws Error.
  std::string write(const path& file) {
    if (!missing_.empty()) zip_.add("missing.txt", missing_);
    std::ofstream stream(file, std::ios::binary);
    stream << zip_.bytes();
    if (!stream.flush()) throw Error("cannot write " + win::display_utf8(file.wstring()));
    return missing_;
  }

 private:
  Zip zip_;
  std::string missing_;
};

std::string windows_version() {
  using Query = LONG(WINAPI*)(OSVERSIONINFOEXW*);
  const auto query = reinterpret_cast<Query>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlGetVersion")));
  OSVERSIONINFOEXW version{};
  version.dwOSVersionInfoSize = sizeof version;
  if (query == nullptr || query(&version) != 0) return "?";
  return std::to_string(version.dwMajorVersion) + "." + std::to_string(version.dwMinorVersion) + "." +
         std::to_string(version.dwBuildNumber);
}

std::string versions() {
  nlohmann::ordered_json json = {{"time", utc_word(win::now())},
                                 {"shmbroker.exe", version_word(SHM_VERSION)},
                                 {"windows", windows_version()},
                                 {"processors", GetActiveProcessorCount(ALL_PROCESSOR_GROUPS)}};
  const ClientApi api;
  json["shmclient.dll"] = version_word(api.version());
  const ShmServiceState state = inspect_service(api);
  json["service"] = version_word(state.version);
  json["service_started"] = utc_word(state.started);
  json["last_reload"] = win::display_utf8(state.reload_text);
  return json.dump(2);
}

std::string all_channels() {
  const ClientApi api;
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const ShmChannelSummary& channel : inspect_all(api)) {
    if (const auto watched = inspect_listed(api, channel.name)) all.push_back(json_of(*watched));
  }
  return all.dump(2);
}

path default_name() {
  std::string time = utc_word(win::now()).substr(0, 19);
  std::erase(time, ':');
  std::erase(time, '-');
  return "shmbroker-support-" + time + "Z.zip";
}

int support(const path& file, const std::function<BrokerPaths()>& find_paths) {
  const BrokerPaths paths = find_paths();
  Report report;
  try {
    for (const path& each : config_files(paths.config))
      report.add_file(each == paths.config ? "configuration" : "configuration/conf.d", each);
    for (const auto& each : std::filesystem::directory_iterator(paths.data)) {
      const std::wstring name = each.path().filename().wstring();
      if (name.starts_with(L"shmbroker.") && name.ends_with(L".log")) report.add_file("logs", each.path());
    }
  } catch (const std::exception& error) {
    report.note_missing("files", error);
  }
  report.add("versions.json", versions);
  report.add("channels.json", all_channels);
  report.add("doctor.json", [&] {
    Findings findings(Findings::Show::nothing);
    examine("", find_paths, findings);
    return findings.json().dump(2);
  });
  const std::string missing = report.write(file);
  print("Written: " + win::display_utf8(std::filesystem::absolute(file).wstring()) +
        "\nIt has the configuration, the logs, and who has which channel open: names, accounts and programs, "
        "and no payload.\n");
  if (!missing.empty()) print("Not in it:\n" + missing);
  return 0;
}

}  // namespace

void add_support(CLI::App& app, Action& action, const std::function<BrokerPaths()>& find_paths) {
  const auto name = std::make_shared<std::string>();
  auto* command = app.add_subcommand(
      "support", "Pack configuration, logs, versions and what all channels do into a zip for a bug report");
  command->add_option("file", *name, "Where to; otherwise shmbroker-support-TIME.zip in this folder");
  command->footer("For administrators: others may not read the logs, and see their own clients alone.");
  command->callback([&action, name, find_paths] {
    action = [name, find_paths] {
      return support(name->empty() ? default_name() : path(win::to_utf16(*name).value_or(L"")), find_paths);
    };
  });
}

}  // namespace shmbroker::service
