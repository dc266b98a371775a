#include "service/support/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

#include <mutex>

#include "service/support/console.h"
#include "service/support/data_folder.h"
#include "service/support/error.h"

namespace shmbroker::service {
namespace {

class ConsoleSink final : public spdlog::sinks::base_sink<std::mutex> {
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    console().write({line.data(), line.size()});
  }
  void flush_() override {}
};

}  // namespace

void open_log(const std::filesystem::path& folder, const LogConfig& config, LogTo to) {
  make_data_folder(folder, own_identity());
  try {
    std::vector<spdlog::sink_ptr> sinks;
    const std::wstring file = (folder / L"shmbroker.log").wstring();
    sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
        file, static_cast<size_t>(config.max_size), static_cast<size_t>(config.files)));
    if (to == LogTo::console) sinks.push_back(std::make_shared<ConsoleSink>());
    auto logger = std::make_shared<spdlog::logger>("shmbroker", sinks.begin(), sinks.end());
    logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %z %l: %v");  // %z: the offset from UTC
    logger->flush_on(spdlog::level::trace);                 // who follows the file sees whole lines
    spdlog::set_default_logger(std::move(logger));
  } catch (const spdlog::spdlog_ex& failure) {
    throw Error(failure.what());
  }
  set_log_level(config);
}

void set_log_level(const LogConfig& config) { spdlog::set_level(spdlog::level::from_str(config.level)); }

}  // namespace shmbroker::service
