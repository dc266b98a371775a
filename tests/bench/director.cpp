#include "tests/bench/director.h"

#include <algorithm>
#include <iostream>

#include "tests/bench/memory.h"
#include "tests/bench/process.h"
#include "tests/bench/stage.h"

namespace shmbroker::bench {
namespace {

using Json = nlohmann::json;

void say(const Json& json) { std::cout << json.dump() << std::endl; }

// A worker that is at its sample, or waits for the others to open.
Process start_worker(const Sample& sample, const char* role, uint32_t index, const std::string& address) {
  Process process(L"shm_bench.exe", {L"worker"});
  process.write_line(Json{{"sample", sample}, {"role", role}, {"index", index}, {"address", address}}.dump());
  return process;
}

Json answer_of(Process& worker) {
  const std::string line = worker.read_line();
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) throw std::runtime_error(line);
  if (json.contains("error")) throw std::runtime_error(json["error"].get<std::string>());
  return json;
}

double at_part(const std::vector<uint64_t>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto index = static_cast<size_t>(part * static_cast<double>(sorted.size()));
  return static_cast<double>(sorted[std::min(index, sorted.size() - 1)]);
}

// Writers stop when their time is up, so who was starved has sent less.
double fairness_of(const std::vector<Finding>& writers) {
  const auto [least, most] = std::ranges::minmax_element(writers, {}, &Finding::messages);
  return most->messages == 0 ? 0 : static_cast<double>(least->messages) / static_cast<double>(most->messages);
}

Outcome put_together(const Sample& sample, const std::vector<Finding>& writers,
                     const std::vector<Finding>& readers, double ns_per_tick) {
  const auto first = std::ranges::min_element(writers, {}, &Finding::first)->first;
  const auto last = std::ranges::max_element(readers, {}, &Finding::last)->last;
  double cpu = 0;
  uint64_t messages = 0;
  std::vector<uint64_t> latencies;
  for (const Finding& writer : writers) {
    messages += writer.messages;
    cpu += writer.cpu_seconds;
  }
  for (const Finding& reader : readers) {
    cpu += reader.cpu_seconds;
    latencies.insert(latencies.end(), reader.latencies.begin(), reader.latencies.end());
  }
  std::ranges::sort(latencies);
  Outcome outcome;
  outcome.rate = static_cast<double>(messages) * 1e9 / (static_cast<double>(last - first) * ns_per_tick);
  outcome.cpu_ns = cpu * 1e9 / static_cast<double>(messages);
  outcome.p50 = at_part(latencies, 0.5) * ns_per_tick;
  outcome.p99 = at_part(latencies, 0.99) * ns_per_tick;
  outcome.p999 = at_part(latencies, 0.999) * ns_per_tick;
  outcome.fairness = fairness_of(writers);
  if (sample.writers + sample.readers > 2) return outcome;
  const double before = writers[0].bounce_before;
  const double after = writers[0].bounce_after;
  outcome.line_ns = (before + after) / 2 * ns_per_tick;
  outcome.steady = std::max(before, after) < 1.5 * std::min(before, after);
  return outcome;
}

}  // namespace

Outcome run_sample(Sample sample, double ns_per_tick) {
  static uint32_t count = 0;
  sample.name = "shm_bench." + std::to_string(GetCurrentProcessId()) + "." + std::to_string(++count);
  Stage stage(sample.name + ".stage");
  std::vector<Process> readers;
  std::vector<Process> writers;
  std::string address;
  for (uint32_t i = 0; i < sample.readers; ++i) {
    readers.push_back(start_worker(sample, "reader", i, {}));
    const std::string own = answer_of(readers.back())["address"];
    if (i == 0) address = own;
  }
  for (uint32_t i = 0; i < sample.writers; ++i) writers.push_back(start_worker(sample, "writer", i, address));
  // Whoever fails ends first, and the others wait for it in vain.
  std::vector<Process*> at_work;
  for (auto* workers : {&readers, &writers}) {
    for (Process& worker : *workers) at_work.push_back(&worker);
  }
  std::vector<Finding> written;
  std::vector<Finding> read;
  while (!at_work.empty()) {
    const auto ended = at_work.begin() + static_cast<ptrdiff_t>(Process::await_any(at_work));
    const Json answer = answer_of(**ended);
    (answer["role"] == "reader" ? read : written).push_back(answer["found"]);
    at_work.erase(ended);
  }
  return put_together(sample, written, read, ns_per_tick);
}

int run_worker() {
  try {
    std::string line;
    std::getline(std::cin, line);
    const Json order = Json::parse(line);
    const Sample sample = order["sample"];
    const uint32_t index = order["index"];
    const Finding found = order["role"] == "writer"
                              ? work_as_writer(sample, index, order["address"])
                              : work_as_reader(sample, index, [](const std::string& own) {
                                  say({{"address", own}});
                                });
    say({{"found", found}, {"role", order["role"]}});
    return 0;
  } catch (const std::exception& error) {
    say({{"error", error.what()}});
    return 1;
  }
}

}  // namespace shmbroker::bench
