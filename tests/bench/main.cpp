// shm_bench: ShmBroker and the other ways to bring messages to another process, side by side in one run.
#include <windows.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <optional>

#include "tests/bench/bars.h"
#include "tests/bench/broker.h"
#include "tests/bench/calls.h"
#include "tests/bench/clock.h"
#include "tests/bench/exchange.h"
#include "tests/bench/hostile.h"
#include "tests/bench/idle.h"
#include "tests/bench/languages.h"
#include "tests/bench/many_channels.h"
#include "tests/bench/one_thread.h"
#include "tests/bench/report.h"
#include "tests/bench/results.h"
#include "tests/bench/spinning.h"
#include "tests/bench/wake_ups.h"

namespace shmbroker::bench {
namespace {

struct Options {
  bool quick = false;
  uint32_t rounds = 0;  // 0: 9, or 1 if quick
  std::vector<std::string> rows;
  std::vector<std::string> peers;
  std::string json;
  std::string charts;
};

bool is_wanted(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

std::vector<Row> wanted_rows(const Options& options) {
  std::vector<Row> rows = all_rows(options.quick);
  std::erase_if(rows, [&](const Row& row) { return !is_wanted(options.rows, row.name); });
  for (Row& row : rows) {
    std::erase_if(row.peers, [&](const std::string& peer) { return !is_wanted(options.peers, peer); });
  }
  std::erase_if(rows, [](const Row& row) { return row.peers.empty(); });
  return rows;
}

// Peers take turns within a round, so that whatever the machine does meanwhile meets all of them.
Results measure(const std::vector<Row>& rows, uint32_t rounds) {
  const double ns_per_tick = calibrate_ns_per_tick();
  Results results;
  for (uint32_t round = 1; round <= rounds; ++round) {
    for (const Row& row : rows) {
      for (const std::string& peer : row.peers) {
        std::cerr << "\rround " << round << " of " << rounds << ": " << row.name << ", " << peer
                  << "          " << std::flush;
        Sample sample = row.sample;
        sample.peer = peer;
        try {
          results.add(row.name, peer, run_sample(sample, ns_per_tick));
        } catch (const std::exception& error) {
          throw std::runtime_error(row.name + ", " + peer + ": " + error.what());
        }
      }
    }
  }
  std::cerr << '\n';
  return results;
}

void write_json(const std::string& path, const nlohmann::json& json) {
  if (path.empty()) return;
  std::ofstream file(path);
  file << json.dump(2) << '\n';
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

void run_hostile(const Options& options, uint32_t rounds) {
  const std::vector<Neighbours> all = measure_neighbours(rounds, options.quick ? 1000 : 10'000);
  print_neighbours(all, std::cout);
  write_json(options.json, {{"rounds", rounds}, {"hostile", to_json(all)}});
}

void run_calls(const Options& options, uint32_t rounds) {
  const Calls calls = measure_calls(rounds, options.quick);
  print_calls(calls, std::cout);
  write_json(options.json, {{"rounds", rounds}, {"calls", calls}});
}

void run_one_thread(const Options& options, uint32_t rounds) {
  const Broker broker;
  nlohmann::json json = {{"rounds", rounds}};
  for (const uint32_t threads : {1u, 2u}) {
    const std::vector<OneThread> all =
        measure_one_thread(rounds, options.quick ? 10'000 : 2'000'000, threads);
    print_one_thread(all, threads, std::cout);
    json[threads == 1 ? "one_thread" : "by_turns"] = all;
  }
  write_json(options.json, json);
}

void run_spinning(const Options& options, uint32_t rounds) {
  const Broker broker;
  const std::vector<Spinning> all = measure_spinning(rounds, options.quick ? 20 : 300);
  print_spinning(all, std::cout);
  write_json(options.json, {{"rounds", rounds}, {"spinning", to_json(all)}});
}

void run_many_channels(const Options& options, uint32_t) {
  const std::vector<uint32_t> numbers =
      options.quick ? std::vector<uint32_t>{50} : std::vector<uint32_t>{100, 1000, 3000, 9500};
  const std::vector<ManyChannels> all = measure_many_channels(numbers, options.quick ? 500 : 5000, std::cout);
  write_json(options.json, {{"many_channels", all}});
  if (!options.charts.empty()) write_channels_chart_data(all, options.charts);
}

void run_readers(const Options& options, uint32_t rounds) {
  const Broker broker;
  const std::vector<Row> rows = reader_rows(options.quick);
  const Results results = measure(rows, rounds);
  print_rows(rows, results, std::cout);
  print_readers(rows, results, std::cout);
  write_json(options.json, {{"rounds", rounds}, {"rows", results.to_json()}});
  if (!options.charts.empty()) write_readers_chart_data(rows, results, options.charts);
}

// What is measured only when it is asked for, and by itself.
struct Alone {
  const char* name;
  const char* what;
  void (*run)(const Options& options, uint32_t rounds);
};
constexpr Alone kAlone[] = {
    {"calls", "a request and its answer, by calls and by what else there is, two minutes", run_calls},
    {"hostile", "what others notice of hostile programs, ten minutes", run_hostile},
    {"one-thread", "a write and a read by one thread, and by two that take turns, a minute", run_one_thread},
    {"readers", "one topic with 1 to 64 readers, two minutes", run_readers},
    {"spin", "turns of the busy loop before a sleep, two minutes", run_spinning},
    {"channels", "a service with up to 9,500 channels, under Wine five minutes", run_many_channels},
};

void run(const Options& options) {
  const uint32_t rounds = options.rounds != 0 ? options.rounds : options.quick ? 1 : 9;
  for (const Alone& alone : kAlone) {
    if (std::ranges::find(options.rows, alone.name) != options.rows.end()) return alone.run(options, rounds);
  }
  const std::vector<Row> rows = wanted_rows(options);
  const bool wants_ours = is_wanted(options.peers, "shm");
  const bool wants_idle = is_wanted(options.rows, "idle") && wants_ours;
  const bool wants_wake_ups = is_wanted(options.rows, "wake-ups") && wants_ours;
  const bool wants_languages = is_wanted(options.rows, "languages") && options.peers.empty();
  if (rows.empty() && !wants_idle && !wants_wake_ups && !wants_languages)
    throw std::runtime_error("no row and no peer is named like this; see --help");
  const Broker broker;
  const Results results = measure(rows, rounds);
  Extras extras;
  if (wants_wake_ups) extras.wake_ups = measure_wake_ups(64, options.quick ? 20 : 200);
  if (wants_idle) extras.idle = measure_idle(broker, 100, options.quick ? 1000 : 5000);
  std::vector<LanguageCost> costs;
  if (wants_languages) costs = measure_languages(rounds, options.quick ? 5000 : 200'000);
  print_rows(rows, results, std::cout);
  if (!rows.empty() || wants_idle || wants_wake_ups) print_bars(results, extras, std::cout);
  if (wants_languages) print_languages(costs, std::cout);
  write_json(options.json, {{"rounds", rounds},
                            {"rows", results.to_json()},
                            {"idle", extras.idle},
                            {"wake_ups", extras.wake_ups},
                            {"languages", to_json(costs)}});
  if (!options.charts.empty()) write_chart_data(results, options.charts);
}

std::string list_of_rows() {
  std::string list = "Rows: idle, wake-ups, languages";
  for (const Row& row : all_rows(false)) list += ", " + row.name;
  list += "\nRows that are measured alone:";
  for (const Alone& alone : kAlone) list += std::string("\n  ") + alone.name + ": " + alone.what;
  list += "\nPeers:";
  for (const Peer& peer : peers()) list += std::string(" ") + peer.name;
  return list;
}

}  // namespace
}  // namespace shmbroker::bench

int main(int argc, char** argv) {
  using namespace shmbroker::bench;
  CLI::App app("Measures ShmBroker and other ways to bring messages to another process, side by side.");
  Options options;
  app.add_flag("--quick", options.quick, "One short round: ends within a minute");
  app.add_option("--rounds", options.rounds, "How often each sample is taken (9)");
  app.add_option("--rows", options.rows, "Only these pieces of work")->delimiter(',');
  app.add_option("--peers", options.peers, "Only these peers")->delimiter(',');
  app.add_option("--json", options.json, "Writes every sample to this file");
  app.add_option("--charts", options.charts, "Writes tables for charts into this folder");
  app.add_subcommand("worker", "What each process of a sample runs")->group("");
  uint32_t first = 0;
  uint32_t count = 0;
  CLI::App* client = app.add_subcommand("client", "Who has many channels open")->group("");
  client->add_option("first", first)->required();
  client->add_option("count", count)->required();
  std::string peer;
  std::string name;
  std::string address;
  bool spinning = false;
  CLI::App* answer = app.add_subcommand("answer", "What answers requests")->group("");
  answer->add_option("peer", peer)->required();
  answer->add_option("name", name)->required();
  answer->add_option("address", address)->required();
  answer->add_option("spinning", spinning)->required();
  app.add_subcommand("burn", "What keeps a core busy")->group("");
  app.footer(list_of_rows());
  CLI11_PARSE(app, argc, argv);
  if (app.got_subcommand("worker")) return run_worker();
  if (app.got_subcommand("burn")) burn();
  if (app.got_subcommand(answer)) return run_answering(peer, name, address, spinning);
  if (app.got_subcommand(client)) return run_client_of_many(first, count);
  try {
    run(options);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "\nshm_bench: " << error.what() << '\n';
    return 1;
  }
}
