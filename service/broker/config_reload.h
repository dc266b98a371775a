// The configuration in force, and how a running service gets another one. A file that can't be read, or that
// changes what can't change, changes nothing; a channel that can't be had keeps none of the others.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "service/broker/channel_setup.h"
#include "service/broker/channel_table.h"
#include "service/broker/creation_policy.h"
#include "service/broker/event_loop.h"
#include "service/broker/file_regions.h"
#include "service/broker/loaded_config.h"
#include "service/broker/saved_state.h"
#include "service/broker/value_saver.h"
#include "service/broker/worker.h"
#include "service/config/config.h"

namespace shmbroker::service {

class ConfigReload {
 public:
  // What came of being told to read the configuration again.
  struct Status {
    uint32_t count = 0;
    bool refused = false;     // the last time
    uint64_t configured = 0;  // written_at() of what is in force
    std::string text;         // of the last time
  };
  // What a reload works on. All of it must outlive the ConfigReload.
  struct Target {
    ChannelTable& channels;
    ChannelSetup& setup;
    SavedState& state;
    CreationPolicy& creation;
    ValueSaver& saver;
    FileRegions& files;
    EventLoop& loop;
    Worker& lookups;
    Worker& disk;
  };

  // config: in force from the start, written then.
  ConfigReload(std::filesystem::path file, Config config, uint64_t written, const Target& target);

  const Config& config() const { return config_; }
  // The same, but one that is being put in force already counts.
  const Config& newest() const { return coming_ ? coming_->config : config_; }
  const Status& status() const { return status_; }
  // How often reload() was called. Reloads end in that order, and Status::count follows. From any thread.
  uint32_t asked() const { return asked_.load(std::memory_order_seq_cst); }
  const std::filesystem::path& file() const { return file_; }

  // What the service serves and from where, in a line.
  std::string summary() const;

  // Reads the configuration again. Whatever is wrong with it goes to the log, and the old one stays in force.
  // From any thread.
  void reload();

  // Puts more of a configuration in force that has been read. Returns the milliseconds until it wants to be
  // called again, or INFINITE.
  DWORD go_on();

 private:
  void read_again();
  void open_files_of(std::shared_ptr<std::future<LoadedConfig>> read);
  void begin(LoadedConfig loaded);
  void finish();
  void check_change(const Config& config) const;
  bool is_replaceable(const std::wstring& name) const;
  void remove_replaced(const Config& config);
  void note_new(const Config& config);
  void end_removed(const Config& config);

  std::filesystem::path file_;
  Config config_;
  LogConfig opened_log_;  // what the log's files were opened with
  Target target_;
  Status status_;
  std::atomic<uint32_t> asked_ = 0;
  std::optional<LoadedConfig> coming_;  // a configuration of which not all channels are set up yet
};

}  // namespace shmbroker::service
