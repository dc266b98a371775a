#include "service/broker/counter_provider.h"

#include <cstddef>
#include <cstring>
#include <iterator>
#include <mutex>

#include "service/support/error.h"

namespace shmbroker::service {
namespace {

// As in the perflib.h of Windows' SDK, of which MinGW's has a part.
constexpr ULONG kSingleInstance = 0;
constexpr ULONG kMultipleInstances = 2;
constexpr ULONGLONG kByReference = 1;
constexpr ULONG kEnumerateInstances = 3;
constexpr ULONG kCollectStart = 5;

template <size_t N>
constexpr bool are_numbered(const Counter (&counters)[N]) {
  for (ULONG i = 0; i < N; ++i) {
    if (counters[i].id != i + 1) return false;
  }
  return true;
}
static_assert(are_numbered(kServiceCounters) && are_numbered(kChannelCounters), "values are found by id");
static_assert(sizeof(std::atomic<uint64_t>) == sizeof(ULONGLONG));

void check(ULONG error, const char* what) {
  if (error != ERROR_SUCCESS) throw win32_error(what, error);
}

}  // namespace

CounterProvider::Instance::Instance(HANDLE provider, const GUID& set, std::span<const Counter> counters,
                                    const std::wstring& name, ULONG id)
    : provider_(provider),
      values_(counters.size()),
      instance_(PerfCreateInstance(provider, &set, name.c_str(), id)) {
  if (instance_ == nullptr) throw win32_error("cannot make an instance of the performance counters");
  for (const Counter& counter : counters) {
    const ULONG error = PerfSetCounterRefValue(provider, instance_, counter.id, &values_[counter.id - 1]);
    if (error == ERROR_SUCCESS) continue;
    PerfDeleteInstance(provider, instance_);
    throw win32_error("cannot set a performance counter", error);
  }
}

CounterProvider::Instance::~Instance() { PerfDeleteInstance(provider_, instance_); }

CounterProvider::CounterProvider(std::function<void()> collect) : collect_(std::move(collect)) {
  GUID guid = kProvider;
  PERF_PROVIDER_CONTEXT context{};
  context.ContextSize = sizeof context;
  context.ControlCallback = request;
  check(PerfStartProviderEx(&guid, &context, &provider_), "cannot provide performance counters");
  try {
    add_set(ServiceSet::kGuid, ServiceSet::kHasInstances, kServiceCounters);
    add_set(ChannelSet::kGuid, ChannelSet::kHasInstances, kChannelCounters);
  } catch (...) {
    PerfStopProvider(provider_);
    throw;
  }
  const std::unique_lock lock(mutex_);
  self_ = this;
}

CounterProvider::~CounterProvider() {
  {
    const std::unique_lock lock(mutex_);  // waits for a collection that is under way
    self_ = nullptr;
  }
  PerfStopProvider(provider_);
}

// A set is described by its head, and behind it each of its counters. Where their values lie in an instance
// is Windows' business.
void CounterProvider::add_set(const GUID& set, bool has_instances, std::span<const Counter> counters) {
  std::vector<std::byte> memory(sizeof(PERF_COUNTERSET_INFO) + counters.size() * sizeof(PERF_COUNTER_INFO));
  PERF_COUNTERSET_INFO head{};
  head.CounterSetGuid = set;
  head.ProviderGuid = kProvider;
  head.NumCounters = static_cast<ULONG>(counters.size());
  head.InstanceType = has_instances ? kMultipleInstances : kSingleInstance;
  std::memcpy(memory.data(), &head, sizeof head);
  for (size_t i = 0; i < counters.size(); ++i) {
    PERF_COUNTER_INFO info{};
    info.CounterId = counters[i].id;
    info.Type = counters[i].type;
    info.Attrib = kByReference;
    info.Size = sizeof(ULONGLONG);
    info.DetailLevel = PERF_DETAIL_NOVICE;
    std::memcpy(memory.data() + sizeof head + i * sizeof info, &info, sizeof info);
  }
  check(PerfSetCounterSetInfo(provider_, reinterpret_cast<PERF_COUNTERSET_INFO*>(memory.data()),
                              static_cast<ULONG>(memory.size())),
        "cannot describe the performance counters");
}

std::unique_ptr<CounterProvider::Instance> CounterProvider::add_service() {
  return std::unique_ptr<Instance>(
      new Instance(provider_, ServiceSet::kGuid, kServiceCounters, L"ShmBroker", 0));
}

// Two channels whose names are the same there, or differ by case alone, are told apart by the number.
std::unique_ptr<CounterProvider::Instance> CounterProvider::add_channel(const std::wstring& name) {
  return std::unique_ptr<Instance>(
      new Instance(provider_, ChannelSet::kGuid, kChannelCounters, instance_name(name), ++ids_));
}

ULONG WINAPI CounterProvider::request(ULONG code, void*, ULONG) {
  if (code != kCollectStart && code != kEnumerateInstances) return ERROR_SUCCESS;
  try {
    const std::shared_lock lock(mutex_);
    if (self_ != nullptr) self_->collect_();
  } catch (const std::exception&) {
    // Who collects gets the values from before.
  }
  return ERROR_SUCCESS;
}

std::wstring instance_name(std::wstring channel) {
  constexpr wchar_t kReserved[] = L"()#/\\*";
  constexpr wchar_t kInstead[] = L"[]____";
  for (wchar_t& unit : channel) {
    const wchar_t* found = unit != 0 ? std::wcschr(kReserved, unit) : nullptr;
    if (found != nullptr) unit = kInstead[found - kReserved];
  }
  return channel;
}

}  // namespace shmbroker::service
