// calls CHANNEL COUNT: what one write and one read of 64 bytes cost through the C++ wrapper, and round trips.
// See calls.c.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <vector>

#include "shmbroker/shmbroker.hpp"

namespace {

using Bytes = std::array<std::byte, 64>;
using Clock = std::chrono::steady_clock;

constexpr size_t kBatch = 1000;

Bytes message_of(uint64_t number) {
  Bytes message;
  for (size_t i = 0; i < message.size(); ++i) {
    message[i] = static_cast<std::byte>(i < 8 ? number >> (8 * i) : number * i);
  }
  return message;
}

long long ns_per_call(Clock::duration time, uint64_t calls) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count() / static_cast<long long>(calls);
}

void round_trips(const std::wstring& name, uint64_t count) {
  shmbroker::Channel ask(name + L".ask", {.access = SHM_WRITE});
  shmbroker::Channel answer(name + L".answer", {.access = SHM_READ, .flags = SHM_OPEN_NEXT});
  for (uint64_t i = 0; i < count; ++i) {
    const Bytes question = message_of(i);
    Bytes room;
    ask.write(question, SHM_INFINITE);
    if (answer.read(room, SHM_INFINITE).data.size() != room.size() || room != question)
      throw std::runtime_error("a question was not answered with itself");
  }
}

void run(const std::wstring& name, uint64_t count) {
  shmbroker::Channel out(name, {.access = SHM_WRITE});
  shmbroker::Channel in(name, {.access = SHM_READ, .flags = SHM_OPEN_NEXT});
  std::vector<Bytes> written(kBatch);
  std::vector<Bytes> read(kBatch);
  Clock::duration write_time{};
  Clock::duration read_time{};
  uint64_t done = 0;
  for (; done + kBatch <= count; done += kBatch) {
    for (size_t i = 0; i < kBatch; ++i) written[i] = message_of(done + i);
    const auto start = Clock::now();
    for (const Bytes& message : written) out.write(message, 0);
    const auto middle = Clock::now();
    for (Bytes& room : read) {
      if (in.read(room, 0).data.size() != room.size()) throw std::runtime_error("a message is missing");
    }
    const auto end = Clock::now();
    write_time += middle - start;
    read_time += end - middle;
    if (written != read) throw std::runtime_error("a message is not what was written");
  }
  round_trips(name, count / 100);
  std::printf("write %lld read %lld\n", ns_per_call(write_time, done), ns_per_call(read_time, done));
}

}  // namespace

int wmain(int argc, wchar_t** argv) {
  try {
    const uint64_t count = argc == 3 ? std::wcstoull(argv[2], nullptr, 10) : 0;
    if (count < kBatch) throw std::runtime_error("usage: calls CHANNEL COUNT, of 1000 or more");
    run(argv[1], count);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "calls: %s\n", error.what());
    return 1;
  }
}
