// shm_bench: ShmBroker and the other ways to bring messages to another process, side by side in one run.
#include <windows.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <optional>

#include "tests/bench/bars.h"
#include "tests/bench/broker.h"
#include "tests/bench/clock.h"
#include "tests/bench/hostile.h"
#include "tests/bench/idle.h"
#include "tests/bench/languages.h"
#include "tests/bench/report.h"
#include "tests/bench/results.h"

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

// By itself: it has brokers of its own, and takes minutes.
void run_hostile(const Options& options, uint32_t rounds) {
  const std::vector<Neighbours> all = measure_neighbours(rounds, options.quick ? 1000 : 10'000);
  print_neighbours(all, std::cout);
  write_json(options.json, {{"rounds", rounds}, {"hostile", to_json(all)}});
}

void run(const Options& options) {
  const std::vector<Row> rows = wanted_rows(options);
  const bool wants_idle = is_wanted(options.rows, "idle") && is_wanted(options.peers, "shm");
  const bool wants_languages = is_wanted(options.rows, "languages") && options.peers.empty();
  const uint32_t rounds = options.rounds != 0 ? options.rounds : options.quick ? 1 : 9;
  if (std::ranges::find(options.rows, "hostile") != options.rows.end()) return run_hostile(options, rounds);
  if (rows.empty() && !wants_idle && !wants_languages)
    throw std::runtime_error("no row and no peer is named like this; see --help");
  const Broker broker;
  const Results results = measure(rows, rounds);
  Idle idle;
  if (wants_idle) idle = measure_idle(broker, 100, options.quick ? 1000 : 5000);
  std::vector<LanguageCost> costs;
  if (wants_languages) costs = measure_languages(rounds, options.quick ? 5000 : 200'000);
  print_rows(rows, results, std::cout);
  if (!rows.empty() || wants_idle) print_bars(results, idle, std::cout);
  if (wants_languages) print_languages(costs, std::cout);
  write_json(
      options.json,
      {{"rounds", rounds}, {"rows", results.to_json()}, {"idle", idle}, {"languages", to_json(costs)}});
  if (!options.charts.empty()) write_chart_data(results, options.charts);
}

std::string list_of_rows() {
  std::string list = "Rows: hostile (alone, takes ten minutes), idle, languages";
  for (const Row& row : all_rows(false)) list += ", " + row.name;
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
  app.footer(list_of_rows());
  CLI11_PARSE(app, argc, argv);
  if (app.got_subcommand("worker")) return run_worker();
  try {
    run(options);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "\nshm_bench: " << error.what() << '\n';
    return 1;
  }
}
