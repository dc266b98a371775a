#include "service/broker/performance_counters.h"

#include <spdlog/spdlog.h>

#include "service/broker/channel_flags.h"
#include "service/support/error.h"

namespace shmbroker::service {

PerformanceCounters::PerformanceCounters(const Source& source)
    : source_(source), refreshed_(CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
  try {
    provider_ = std::make_unique<CounterProvider>([this] { collect(); });
    service_ = provider_->add_service();
  } catch (const Error& error) {
    service_.reset();
    provider_.reset();
    spdlog::warn("there are no performance counters: {}", error.what());
  }
}

const CounterProvider::Instance* PerformanceCounters::channel(const std::wstring& name) const {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : found->second.instance.get();
}

// On a thread of Windows', which gives up after a second.
void PerformanceCounters::collect() {
  constexpr DWORD kPatience = 800;  // milliseconds
  ResetEvent(refreshed_.get());
  // seq_cst, as each access: pairs with refresh_if_asked(), which sets the event afterwards.
  asked_.store(true, std::memory_order_seq_cst);
  source_.loop.post([] {});  // after which it asks what is due
  WaitForSingleObject(refreshed_.get(), kPatience);
}

DWORD PerformanceCounters::refresh_if_asked() {
  if (!provider_) return INFINITE;
  if (!is_under_way_) {
    if (!asked_.exchange(false, std::memory_order_seq_cst)) return INFINITE;
    is_under_way_ = true;
    ++pass_;
    last_.clear();
    held_up_ = 0;
  }
  try {
    if (!refresh_some()) return 0;
    finish();
  } catch (const std::exception& error) {  // no memory, or Windows takes no more instances
    is_under_way_ = false;
    spdlog::debug("performance counters: {}", error.what());
  }
  SetEvent(refreshed_.get());
  return asked_.load(std::memory_order_seq_cst) ? 0 : INFINITE;
}

// By name and not by place: between two turns channels come and go. Returns whether that was all.
bool PerformanceCounters::refresh_some() {
  constexpr int kMost = 256;
  const ChannelTable::Channels& all = source_.channels.all();
  auto at = all.upper_bound(last_);
  for (int i = 0; i < kMost && at != all.end(); ++i, ++at) {
    refresh(*at->second);
    last_ = at->first;
  }
  return at == all.end();
}

void PerformanceCounters::refresh(const Channel& channel) {
  ChannelValues& values = channels_[channel.name()];
  if (!values.instance) values.instance = provider_->add_channel(channel.name());
  values.pass = pass_;
  const pipe::ChannelEntry state = channel.state();
  const pipe::ChannelTotals totals = channel.totals();
  const bool is_held_up = (state.flags & service::kHeldUp) != 0;
  held_up_ += is_held_up ? 1 : 0;
  using Set = ChannelSet;
  CounterProvider::Instance& instance = *values.instance;
  instance.set(Set::kMessagesWritten, state.messages);
  instance.set(Set::kMessagesRead, totals.read);
  instance.set(Set::kBytesWritten, totals.bytes_written);
  instance.set(Set::kBytesRead, totals.bytes_read);
  instance.set(Set::kLost, totals.lost);
  instance.set(Set::kWaits, totals.waits);
  instance.set(Set::kBacklog, state.backlog);
  instance.set(Set::kReaders, state.readers);
  instance.set(Set::kWriters, state.writers);
  instance.set(Set::kDenials, state.denials);
  instance.set(Set::kRecoveries, state.recoveries);
  instance.set(Set::kHeldUp, is_held_up ? 1 : 0);
}

void PerformanceCounters::finish() {
  is_under_way_ = false;
  std::erase_if(channels_, [this](const auto& entry) { return entry.second.pass != pass_; });
  const UnavailableChannels::Map& unavailable = source_.setup.unavailable().all();
  uint64_t channels = source_.channels.all().size();
  for (const auto& [name, channel] : unavailable) channels += source_.channels.contains(name) ? 0 : 1;
  using Set = ServiceSet;
  service_->set(Set::kChannels, channels);
  service_->set(Set::kUnavailable, unavailable.size());
  service_->set(Set::kHeldUpChannels, held_up_);
  service_->set(Set::kClients, source_.watch.slots());
  service_->set(Set::kAllDenials, source_.counts.denials);
  service_->set(Set::kQuotaRefusals, source_.counts.quota);
  service_->set(Set::kAllRecoveries, source_.counts.recoveries);
}

}  // namespace shmbroker::service
