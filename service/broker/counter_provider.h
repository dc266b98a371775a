// What Windows' performance counters are told (Perflib V2), and through them PerfMon, typeperf and others.
// Which counters there are says service/performance/shmbroker.man.
#pragma once

#include <windows.h>

#include <perflib.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

#include "counter_sets.h"

namespace shmbroker::service {

class CounterProvider {
 public:
  // An instance of a set, with a value for each of its counters, which Windows reads where it lies.
  class Instance {
   public:
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    // relaxed: each value stands for itself. Partner: Windows' own reading.
    void set(const Counter& counter, uint64_t value) {
      values_[counter.id - 1].store(value, std::memory_order_relaxed);
    }
    uint64_t get(const Counter& counter) const {
      return values_[counter.id - 1].load(std::memory_order_relaxed);
    }

   private:
    friend class CounterProvider;
    Instance(HANDLE provider, const GUID& set, std::span<const Counter> counters, const std::wstring& name,
             ULONG id);

    HANDLE provider_;
    std::vector<std::atomic<uint64_t>> values_;
    PERF_COUNTERSET_INSTANCE* instance_;
  };

  // collect: called where somebody is about to look at instances or values, by a thread of Windows'. It is to
  // return within a second. Throws Error. There is one at a time in a process.
  explicit CounterProvider(std::function<void()> collect);
  ~CounterProvider();
  CounterProvider(const CounterProvider&) = delete;
  CounterProvider& operator=(const CounterProvider&) = delete;

  // Each throws Error. The instances must end before the provider.
  std::unique_ptr<Instance> add_service();
  std::unique_ptr<Instance> add_channel(const std::wstring& name);

  // What Windows calls, as a PERFLIBREQUEST.
  static ULONG WINAPI request(ULONG code, void* buffer, ULONG size);

 private:
  void add_set(const GUID& set, bool has_instances, std::span<const Counter> counters);

  static inline std::shared_mutex mutex_;
  static inline CounterProvider* self_ = nullptr;  // guarded by mutex_: Perflib's callback has no context
  std::function<void()> collect_;
  HANDLE provider_ = nullptr;
  ULONG ids_ = 0;
};

// A channel's name as that of an instance: without what has a meaning in the path of a counter.
std::wstring instance_name(std::wstring channel);

}  // namespace shmbroker::service
