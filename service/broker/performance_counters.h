// The values of the performance counters. They are looked up when somebody collects them, on the broker's
// thread and some channels at a time, and cost nothing otherwise.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "service/broker/channel_setup.h"
#include "service/broker/channel_table.h"
#include "service/broker/client_watch.h"
#include "service/broker/counter_provider.h"
#include "service/broker/event_loop.h"
#include "service/broker/service_counts.h"
#include "win/handle.h"

namespace shmbroker::service {

class PerformanceCounters {
 public:
  // What the counters say something about. All of it must outlive the PerformanceCounters.
  struct Source {
    EventLoop& loop;
    const ChannelTable& channels;
    const ChannelSetup& setup;
    const ClientWatch& watch;
    const ServiceCounts& counts;
  };

  // Where Windows takes no counters, the log says so, and there are none.
  explicit PerformanceCounters(const Source& source);

  // Goes on with what somebody collects. Returns the milliseconds until it wants to be called again, or
  // INFINITE.
  DWORD refresh_if_asked();

  // The values of the service, and of a channel, as they were collected last. Null: there are none.
  const CounterProvider::Instance* service() const { return service_.get(); }
  const CounterProvider::Instance* channel(const std::wstring& name) const;

 private:
  struct ChannelValues {
    std::unique_ptr<CounterProvider::Instance> instance;
    uint64_t pass = 0;  // the last one that has found the channel
  };

  void collect();
  bool refresh_some();
  void refresh(const Channel& channel);
  void finish();

  const Source source_;
  const win::Handle refreshed_;
  std::atomic<bool> asked_ = false;
  std::unique_ptr<CounterProvider> provider_;  // null: there are no counters
  std::unique_ptr<CounterProvider::Instance> service_;
  std::map<std::wstring, ChannelValues> channels_;  // by name
  bool is_under_way_ = false;                       // a pass over all channels; what follows is about it
  uint64_t pass_ = 0;
  std::wstring last_;
  uint64_t held_up_ = 0;
};

}  // namespace shmbroker::service
