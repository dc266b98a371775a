#include "tests/bench/idle.h"

#include <windows.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "shmbroker/shmbroker.h"

namespace shmbroker::bench {
namespace {

constexpr uint64_t kIdleCapacity = 64 * 1024;

ShmChannel open(uint32_t number) {
  ShmOptions options{};
  options.size = sizeof options;
  options.access = SHM_READ;
  options.kind = SHM_TOPIC;
  options.flags = SHM_OPEN_CREATE;
  options.capacity = kIdleCapacity;
  options.max_message = 1024;
  const std::string name = "idle." + std::to_string(GetCurrentProcessId()) + "." + std::to_string(number);
  ShmChannel channel = 0;
  if (ShmOpenUtf8(name.c_str(), &options, &channel) != SHM_OK)
    throw std::runtime_error(ShmLastErrorTextUtf8());
  return channel;
}

}  // namespace

uint64_t mapped_bytes() {
  uint64_t bytes = 0;
  MEMORY_BASIC_INFORMATION region;
  for (const std::byte* at = nullptr; VirtualQuery(at, &region, sizeof region) != 0;
       at = static_cast<const std::byte*>(region.BaseAddress) + region.RegionSize) {
    if (region.Type == MEM_MAPPED && region.State == MEM_COMMIT) bytes += region.RegionSize;
  }
  return bytes;
}

Idle measure_idle(const Broker& broker, uint32_t channels, uint32_t milliseconds) {
  const uint64_t mapped_before = mapped_bytes();
  std::vector<ShmChannel> open_channels;
  for (uint32_t i = 0; i < channels; ++i) open_channels.push_back(open(i));
  ShmInfo info{};
  info.size = sizeof info;
  ShmGetInfo(open_channels[0], &info);
  const double each = static_cast<double>(mapped_bytes() - mapped_before) / channels;
  std::vector<std::thread> readers;
  for (const ShmChannel channel : open_channels) {
    readers.emplace_back([channel] {
      char message[1024];
      size_t size = 0;
      ShmRead(channel, message, sizeof message, &size, SHM_INFINITE);
    });
  }
  Sleep(500);  // until all of them sleep; whoever does not shows below
  const double before = process_cpu_seconds(GetCurrentProcess()) + broker.cpu_seconds();
  Sleep(milliseconds);
  const double used = process_cpu_seconds(GetCurrentProcess()) + broker.cpu_seconds() - before;
  for (const ShmChannel channel : open_channels) ShmCancel(channel);
  for (std::thread& reader : readers) reader.join();
  for (const ShmChannel channel : open_channels) ShmClose(channel);
  return {channels, used * 1e5 / milliseconds, (each - static_cast<double>(info.capacity)) / 1024};
}

}  // namespace shmbroker::bench
