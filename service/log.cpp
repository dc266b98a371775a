#include "service/log.h"

#include <windows.h>

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "core/win/security.h"
#include "core/win/text.h"
#include "service/error.h"

namespace shmbroker::service {

namespace {

// For the service's account, SYSTEM and administrators alone: the state file says which memory is ours, and
// whoever could write it could have us take over foreign memory. A folder that is there already keeps its
// rights.
void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);  // CreateDirectory tells what is wrong
  const std::wstring user = win::process_user();
  const auto descriptor = win::SecurityDescriptor::from_sddl(
      L"O:" + user + L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" + user + L")");
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  if (!CreateDirectoryW(folder.c_str(), &security) && GetLastError() != ERROR_ALREADY_EXISTS) {
    throw win32_error("cannot make the folder " + win::display_utf8(folder.wstring()));
  }
}

}  // namespace

void open_log(const std::filesystem::path& folder, const LogConfig& config, LogTo to) {
  make_folder(folder);
  try {
    std::vector<spdlog::sink_ptr> sinks;
    const auto file = win::display_utf8((folder / L"shmbroker.log").wstring());
    sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
        file, static_cast<size_t>(config.max_size), static_cast<size_t>(config.files)));
    if (to == LogTo::console) sinks.push_back(std::make_shared<spdlog::sinks::stdout_sink_mt>());
    auto logger = std::make_shared<spdlog::logger>("shmbroker", sinks.begin(), sinks.end());
    logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %l: %v");
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
  } catch (const spdlog::spdlog_ex& failure) {
    throw Error(failure.what());
  }
  set_log_level(config);
}

void set_log_level(const LogConfig& config) { spdlog::set_level(spdlog::level::from_str(config.level)); }

}  // namespace shmbroker::service
