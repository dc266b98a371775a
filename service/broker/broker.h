// The broker: the channels of its configuration, and what clients ask of it. This is its life: start, run,
// reload, stop. What it does lies with its members.
#pragma once

#include <windows.h>

#include <functional>
#include <memory>
#include <string>

#include "service/broker/awaited_names.h"
#include "service/broker/broker_paths.h"
#include "service/broker/channel_creator.h"
#include "service/broker/channel_setup.h"
#include "service/broker/channel_table.h"
#include "service/broker/client_log.h"
#include "service/broker/client_reclaimer.h"
#include "service/broker/client_watch.h"
#include "service/broker/close_handler.h"
#include "service/broker/config_reload.h"
#include "service/broker/creation_policy.h"
#include "service/broker/event_loop.h"
#include "service/broker/file_regions.h"
#include "service/broker/flush_handler.h"
#include "service/broker/held_up_watch.h"
#include "service/broker/inspect_handler.h"
#include "service/broker/keeper_supervisor.h"
#include "service/broker/open_handler.h"
#include "service/broker/performance_counters.h"
#include "service/broker/request_handler.h"
#include "service/broker/saved_state.h"
#include "service/broker/service_counts.h"
#include "service/broker/value_saver.h"
#include "service/broker/worker.h"
#include "service/support/log.h"
#include "win/handle.h"

namespace shmbroker::service {

class Broker {
 public:
  // Reads the configuration, creates its channels and serves the pipe; when it returns, clients can come. A
  // channel that can't be had is noted, and tried again. Throws Error or ConfigError, and then nothing of it
  // is left. progress: called now and then meanwhile, by which somebody who waits sees that it goes on.
  Broker(const BrokerPaths& paths, LogTo log, const std::function<void()>& progress = {});
  ~Broker();

  // Serves until stop().
  void run();

  // What it serves and from where, in a line.
  std::string summary() const { return configuration_.summary(); }

  // From any thread, also before run().
  void stop() { loop_.stop(); }

  // Reads the configuration again. Whatever is wrong with it goes to the log, and the old one stays in force.
  // From any thread.
  void reload() { configuration_.reload(); }

 private:
  struct FirstConfig {
    uint64_t written = 0;
    Config config;
  };
  static FirstConfig read_first(const BrokerPaths& paths, LogTo log);
  Broker(const BrokerPaths& paths, FirstConfig first, const std::function<void()>& progress);

  void set_up_channels(const std::function<void()>& progress);
  DWORD do_what_is_due();
  DWORD write_log_counts();
  void note_death(const Client& client);
  void close_down();

  const ObjectNamespace objects_;
  const win::Handle machine_;  // keeps a second broker out
  ServiceCounts counts_;
  EventLoop loop_;
  FileRegions files_;
  ClientLog log_;
  ClientWatch watch_;
  // What their jobs use is above. Two: no value waits for its file because an account is looked up.
  Worker lookups_;
  Worker disk_;
  AwaitedNames names_;
  SavedState state_;
  ValueSaver saver_;
  ChannelTable channels_;
  KeeperSupervisor keeper_;
  CreationPolicy creation_;
  ChannelSetup setup_;
  ConfigReload configuration_;
  HeldUpWatch held_up_;
  ClientReclaimer reclaimer_;
  ChannelCreator creator_;
  CloseHandler close_;
  OpenHandler open_;
  FlushHandler flush_;
  InspectHandler inspect_;
  PerformanceCounters performance_;
  std::unique_ptr<RequestHandler> requests_;  // from the moment on that clients can come
};

}  // namespace shmbroker::service
