#include "tests/bench/calls.h"

#include <windows.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include "shmbroker/shmbroker.hpp"
#include "tests/bench/broker.h"
#include "tests/bench/clock.h"
#include "tests/bench/exchange.h"
#include "tests/bench/results.h"
#include "tests/bench/round_trip.h"

namespace shmbroker::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Words = std::array<uint64_t, kExchangeBytes / sizeof(uint64_t)>;

std::string config() {
  return R"({ "channels": [{ "name": ")" + std::string(kService) + R"(", "kind": "service", "max_request": 64,
      "max_answer": 64, "max_calls": 1, "max_clients": 1024 }],
    "create": { "accounts": ["Everyone"], "max_channels": 64, "max_bytes": "1 GiB" },
    "slots": { "max_per_account": 64 } })";
}

// number: another one for each request, so that an answer to another one is seen.
Words words_of(uint64_t number) {
  Words words;
  for (size_t i = 0; i < words.size(); ++i) words[i] = number * words.size() + i;
  return words;
}

void ask(Asking& asking, uint64_t number) {
  const Words request = words_of(number);
  Words answer{};
  asking.exchange(std::as_bytes(std::span(request)), std::as_writable_bytes(std::span(answer)));
  if (answer != request)
    throw std::runtime_error("answer " + std::to_string(number) + " is not that of its request");
}

void take_turn(AskedBy& by, uint32_t milliseconds) {
  static uint32_t count = 0;
  const Exchange exchange(
      {.peer = by.peer,
       .name = "calls." + std::to_string(GetCurrentProcessId()) + "." + std::to_string(++count),
       .spinning = by.spinning});
  uint64_t number = 0;
  while (number < 1000) ask(exchange.asking(), ++number);
  std::vector<double> trips;
  trips.reserve(1 << 20);
  const auto begun = Clock::now();
  const auto end = begun + std::chrono::milliseconds(milliseconds);
  for (auto before = begun; before < end;) {
    ask(exchange.asking(), ++number);
    const auto now = Clock::now();
    trips.push_back(std::chrono::duration<double, std::nano>(now - before).count());
    before = now;
  }
  by.rate.push_back(static_cast<double>(trips.size()) * 1e9 / ns_since(begun));
  by.p50.push_back(part_of(trips, 0.5));
  by.p99.push_back(part_of(trips, 0.99));
}

// The client's and the server's, of calls that each find both asleep.
double sleeps_a_call(uint32_t calls) {
  constexpr DWORD kFallAsleepMs = 30;  // longer than the second look of who has just fallen asleep
  const Exchange exchange({.peer = kCalls, .name = "sleeps"});
  ask(exchange.asking(), 0);
  Sleep(kFallAsleepMs);
  const uint64_t before = exchange.answerer_sleeps() + exchange.asking().sleeps();
  for (uint64_t number = 1; number <= calls; ++number) {
    ask(exchange.asking(), number);
    Sleep(kFallAsleepMs);
  }
  const uint64_t after = exchange.answerer_sleeps() + exchange.asking().sleeps();
  return static_cast<double>(after - before) / calls;
}

// Each thread has so many clients, calls through one after the other, and then waits for all answers.
class Callers {
 public:
  explicit Callers(uint32_t clients) {
    for (uint32_t i = 0; i < clients; ++i) clients_.push_back(std::make_unique<Client>());
  }

  uint64_t run(Clock::time_point end) {
    uint64_t calls = 0;
    while (Clock::now() < end) {
      for (const auto& client : clients_) client->begin(++number_);
      for (const auto& client : clients_) client->end();
      calls += clients_.size();
    }
    return calls;
  }

 private:
  class Client {
   public:
    void begin(uint64_t number) {
      asked_ = words_of(number);
      call_.emplace(channel_, std::as_bytes(std::span(asked_)));
    }
    void end() {
      Words answer{};
      const auto got = call_->end(std::as_writable_bytes(std::span(answer)), kAnswerPatience);
      if (got.size() != sizeof answer || answer != asked_)
        throw std::runtime_error("an answer is not that of its request");
    }

   private:
    Channel channel_{kService, {.access = SHM_CLIENT, .open_timeout_ms = kAnswerPatience}};
    std::optional<Call> call_;
    Words asked_{};
  };

  std::vector<std::unique_ptr<Client>> clients_;
  uint64_t number_ = 0;
};

void take_turn(Crowd& crowd, uint32_t milliseconds) {
  const Exchange server({.peer = kCalls, .name = "crowd"});
  std::vector<std::unique_ptr<Callers>> callers;
  for (uint32_t i = 0; i < crowd.threads; ++i)
    callers.push_back(std::make_unique<Callers>(crowd.clients / crowd.threads));
  std::atomic<uint64_t> calls{0};
  std::vector<std::string> errors(crowd.threads);
  const auto begun = Clock::now();
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < crowd.threads; ++i) {
    threads.emplace_back([&, i] {
      try {
        calls += callers[i]->run(begun + std::chrono::milliseconds(milliseconds));
      } catch (const std::exception& error) {
        errors[i] = error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& error : errors) {
    if (!error.empty()) throw std::runtime_error(error);
  }
  crowd.rate.push_back(static_cast<double>(calls.load()) * 1e9 / ns_since(begun));
}

}  // namespace

Calls measure_calls(uint32_t rounds, bool quick) {
  const Broker broker(config());
  const uint32_t milliseconds = quick ? 50 : 500;
  Calls calls;
  calls.peers = {{kCalls, "calls, both spinning", true, {}, {}, {}},
                 {"ring", "two bare rings", true, {}, {}, {}},
                 {"shm", "two topics, both spinning", true, {}, {}, {}},
                 {kCalls, "calls", false, {}, {}, {}},
                 {"shm", "two topics", false, {}, {}, {}},
                 {"pipe", "two named pipes", false, {}, {}, {}},
                 {"tcp", "TCP", false, {}, {}, {}},
                 {"copydata", "WM_COPYDATA", false, {}, {}, {}}};
  calls.crowds = {{4, 4, {}}, {quick ? 40u : 1000u, 4, {}}};
  for (uint32_t round = 1; round <= rounds; ++round) {
    for (AskedBy& by : calls.peers) {
      std::cerr << "\rround " << round << " of " << rounds << ": " << by.title << "          " << std::flush;
      take_turn(by, milliseconds);
    }
    for (Crowd& crowd : calls.crowds) take_turn(crowd, milliseconds);
  }
  std::cerr << '\n';
  calls.sleeps = sleeps_a_call(quick ? 10 : 100);
  return calls;
}

void print_calls(const Calls& calls, std::ostream& out) {
  const AskedBy& base = calls.peers.front();
  out << fmt::format(
      "\nA request of {0} bytes and its answer of {0}, one at a time, two processes: median and middle half "
      "of {1} "
      "rounds\n\n| by | thousand a second | calls, both spinning: so many times that | p50, us | p99, us |\n"
      "| --- | --- | --- | --- | --- |\n",
      kExchangeBytes, base.rate.size());
  for (const AskedBy& by : calls.peers) {
    std::vector<double> thousands = by.rate;
    for (double& each : thousands) each /= 1000;
    out << fmt::format("| {} | {} | {} | {} | {} |\n", by.title, text_of(spread_of(thousands), 1),
                       text_of(ratio_of(base.rate, by.rate), 2), in_microseconds(by.p50, 2),
                       in_microseconds(by.p99, 2));
  }
  for (const Crowd& crowd : calls.crowds) {
    std::vector<double> thousands = crowd.rate;
    for (double& each : thousands) each /= 1000;
    out << fmt::format("\n{} clients of one server in {} threads: {} thousand calls a second\n",
                       crowd.clients, crowd.threads, text_of(spread_of(thousands), 1));
  }
  out << fmt::format("\nSleeps of client and server for a call that finds both asleep: {:.2f}\n",
                     calls.sleeps);
}

}  // namespace shmbroker::bench
