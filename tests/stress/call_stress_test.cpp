// Clients that call, give up and sleep, servers that die at any point of it, and a broker that clears up and
// may die at that: every call is taken once at most, and its client gets its own answer, whole, or is told
// what became of it.
#include <array>
#include <memory>
#include <thread>
#include <vector>

#include "core/call_waking.h"
#include "tests/stress/world.h"
#include "tests/support/desk_fixture.h"
#include "tests/support/lockstep.h"

namespace shmbroker::stress {
namespace {

constexpr uint32_t kClients = 3;
constexpr uint32_t kServers = 2;
constexpr uint32_t kCalls = 4;
constexpr uint64_t kBytes = 200;
constexpr uint32_t kMostCalls = 1 << 20;  // of a client

core::CallGeometry geometry() { return core::service_of(kBytes, kBytes, kCalls, kClients); }

// What a call says, and what is answered: its name over and over, in as many bytes as follow from it.
std::vector<std::byte> words_of(uint64_t name, uint64_t salt) {
  std::vector<std::byte> words(8 + name * 0x9E3779B9u % (kBytes / 8) * 8);
  tests::fill_lockstep(words.data(), words.size(), name ^ salt);
  return words;
}
constexpr uint64_t kAnswer = uint64_t{1} << 63;

class CallWorld final : public core::ChannelEvents {
 public:
  CallWorld() : sections(core::block_of(64)) {
    for (uint32_t i = 0; i < kClients; ++i) desks.push_back(std::make_unique<core::OneDesk>(geometry()));
    clients.present[0].store((1u << kClients) - 1);
    sections.data().presence.readers.store((1u << kServers) - 1);
    for (auto& counts : taken) counts = std::make_unique<std::atomic<uint8_t>[]>(kMostCalls);
  }

  void check(bool is_right, const std::string& what) {
    if (is_right) return;
    ADD_FAILURE() << what;
    is_over = true;
    wake_everybody();
    throw Broken();
  }
  // Returns false if it ended by its limit.
  bool wait(Event& event, const char* what, uint32_t limit_ms) {
    const bool is_set = limit_ms == core::kNoLimit ? event.wait() : event.wait(limit_ms);
    check(is_set || limit_ms != core::kNoLimit, std::string("nobody woke ") + what);
    return is_set;
  }
  void set_reader_event(uint32_t slot) override {
    if (slot < kServers) server_events[slot].set();
  }
  void set_space_event() override {}
  void set_lock_event() override {}
  void wake_everybody() {
    for (Event& event : server_events) event.set();
    for (Event& event : client_events) event.set();
  }

  // As the service's Channel::vacate_reader(), for a server that comes again.
  void reclaim_server(uint32_t slot, Random& random) {
    const std::scoped_lock one_at_a_time(broker_);
    std::atomic<uint64_t>& present = sections.data().presence.readers;
    for (bool done = false; !done;) {
      try {
        const Mortal mortal(random, 20);
        const uint64_t others = present.load(std::memory_order_relaxed) & core::all_but(slot);
        core::reclaim_readers({sections.data(), sections.readers(), nullptr}, others);
        present.store(others, std::memory_order_release);
        for (uint32_t i = 0; i < kClients; ++i) {
          const core::Swept swept = core::sweep_calls(desks[i]->desk, others);
          if (swept.posted) core::ring_bell(bells, i);
          client_events[i].set();
        }
        done = true;
      } catch (const Death&) {
      }
    }
    wake_everybody();
    present.fetch_or(~core::all_but(slot), std::memory_order_release);
  }

  const core::Sections sections;
  std::vector<std::unique_ptr<core::OneDesk>> desks;
  core::Bells bells{};
  core::ClientsSection clients{};
  Event server_events[kServers];
  Event client_events[kClients];
  std::array<std::unique_ptr<std::atomic<uint8_t>[]>, kClients> taken;  // how often each call was
  std::atomic<bool> is_over{false};
  std::atomic<uint64_t> deaths{0};

 private:
  std::mutex broker_;
};

class Server {
 public:
  Server(CallWorld& world, uint32_t slot, Random& random)
      : world_(world), slot_(slot), random_(random), round_(world.bells, world.clients, kClients) {}

  void run() {
    while (!world_.is_over) {
      const uint32_t client = round_.next([this](uint32_t each) { return has_request(each); });
      if (client != core::ClientRound::kNone) {
        serve(client);
      } else {
        sleep();
      }
    }
  }

 private:
  core::DeskServer desk(uint32_t client) const { return world_.desks[client]->server(slot_); }
  bool has_request(uint32_t client) const {
    return client < kClients && desk(client).find_posted(0) != core::DeskServer::kNone;
  }
  void sleep() {
    ThreadEventWait wait(world_, world_.server_events[slot_], "a server", [] { return false; });
    core::ReadersSection& readers = world_.sections.readers();
    const core::SleepResult slept =
        core::wait_readable(readers, readers.waiting_takers, slot_, wait, [this] { return is_wanted(); });
    // It may serve one call, or none, of several that it was woken for.
    if (slept.was_woken) core::wake_one_taker(world_.sections.data(), readers, world_);
  }
  bool is_wanted() {
    return world_.is_over || round_.next_of_all([this](uint32_t each) { return has_request(each); }) !=
                                 core::ClientRound::kNone;
  }

  void serve(uint32_t client) {
    round_.pass(client);
    const core::DeskServer server = desk(client);
    const uint32_t call = server.find_posted(static_cast<uint32_t>(random_.below(kCalls)));
    const uint32_t number = call == core::DeskServer::kNone ? 0 : server.posted(call);
    if (number == 0 || !server.take(call, number)) return;
    world_.check(world_.taken[client][number].fetch_add(1) == 0, "a call was taken twice");
    const uint64_t name = uint64_t{client + 1} << 32 | number;
    const std::vector<std::byte> expected = words_of(name, 0);
    std::vector<std::byte> request(static_cast<size_t>(server.request_size(call)));
    server.copy_request(call, request);
    bool is_waited_for = true;
    world_.check(request == expected || (server.has_taken(call, number, is_waited_for) && !is_waited_for),
                 "a request is not what was sent");
    if (random_.one_in(8)) std::this_thread::yield();
    const std::vector<std::byte> answer = words_of(name, kAnswer);
    const auto given = random_.one_in(16) ? server.refuse(call, number, static_cast<int32_t>(number), answer)
                                          : server.answer(call, number, answer);
    world_.check(given != core::DeskServer::Given::not_ours, "a call is not its server's");
    if (core::take_waiting_for_answer(server.desk().section())) world_.client_events[client].set();
    world_.check(server.answer(call, number, answer) == core::DeskServer::Given::not_ours,
                 "it was answered twice");
  }

  CallWorld& world_;
  uint32_t slot_;
  Random& random_;
  core::ClientRound round_;
};

void run_server(CallWorld& world, uint32_t slot) {
  Random random(slot);
  try {
    while (!world.is_over) {
      try {
        const Mortal mortal(random, 400);
        Server(world, slot, random).run();
      } catch (const Death&) {
        ++world.deaths;
        world.reclaim_server(slot, random);
      }
    }
  } catch (const Broken&) {
  }
}

// Has some calls under way at once, and ends them in any order.
class Client {
 public:
  Client(CallWorld& world, uint32_t slot)
      : world_(world), slot_(slot), random_(100 + slot), desk_(*world.desks[slot]) {}

  void run(std::chrono::steady_clock::time_point end) {
    uint32_t number = 0;
    while (!world_.is_over && std::chrono::steady_clock::now() < end && number + kCalls < kMostCalls) {
      std::array<uint32_t, kCalls> numbers{};
      const auto count = static_cast<uint32_t>(1 + random_.below(kCalls));
      for (uint32_t call = 0; call < count; ++call) {
        if (!desk_.client.is_free(call)) continue;  // given up, and still with a server
        numbers[call] = ++number;
        begin(call, number);
      }
      for (uint32_t call = 0; call < count; ++call) {
        if (numbers[call] != 0) finish(call, numbers[call]);
      }
    }
  }

 private:
  void begin(uint32_t call, uint32_t number) {
    desk_.client.post(call, number, words_of(uint64_t{slot_ + 1} << 32 | number, 0));
    core::ring_bell(world_.bells, slot_);
    core::wake_servers(world_.sections.data(), world_.sections.readers(), world_);
  }

  void finish(uint32_t call, uint32_t number) {
    using GivenUp = core::DeskClient::GivenUp;
    if (random_.one_in(8)) {
      const GivenUp given_up = desk_.client.give_up(call, number);
      if (given_up == GivenUp::withdrawn) withdrawn_.push_back(number);
      if (given_up != GivenUp::ended) return;
    }
    const auto has_ended = [&] { return desk_.client.has_ended(call, number); };
    ThreadEventWait wait(world_, world_.client_events[slot_], "a client", [] { return false; });
    if (!has_ended())
      core::sleep_marked(desk_.desk.section().waiting, core::kClientMark, wait, wait.check(), has_ended);
    if (world_.is_over) throw Broken();
    const core::Outcome outcome = desk_.client.outcome(call, number);
    if (outcome.state == core::CallState::died) {
      world_.check(world_.deaths > 0, "nobody died");
    } else {
      world_.check(world_.taken[slot_][number] == 1, "a call has ended that nobody had taken");
      std::vector<std::byte> answer(static_cast<size_t>(outcome.size));
      desk_.client.copy_answer(call, answer);
      world_.check(answer == words_of(uint64_t{slot_ + 1} << 32 | number, kAnswer),
                   "an answer is another call's, or torn");
      world_.check(
          outcome.state == core::CallState::answered ||
              (outcome.state == core::CallState::refused && outcome.code == static_cast<int32_t>(number)),
          "a call has no outcome");
    }
    ++ended;
  }

 public:
  void check_withdrawn() const {
    for (const uint32_t number : withdrawn_) EXPECT_EQ(world_.taken[slot_][number], 0u) << "it was withdrawn";
  }
  uint64_t ended = 0;

 private:
  CallWorld& world_;
  uint32_t slot_;
  Random random_;
  const core::OneDesk& desk_;
  std::vector<uint32_t> withdrawn_;
};

using CallStress = StressTest;

TEST_F(CallStress, EachCallIsTakenOnceAtMostAndEndsForItsClientAlone) {
  CallWorld world;
  const auto end = std::chrono::steady_clock::now() + duration();
  std::vector<std::unique_ptr<Client>> clients;
  for (uint32_t slot = 0; slot < kClients; ++slot) clients.push_back(std::make_unique<Client>(world, slot));
  std::vector<std::thread> threads;
  for (const auto& client : clients) {
    threads.emplace_back([&] {
      try {
        client->run(end);
      } catch (const Broken&) {
      }
    });
  }
  std::vector<std::thread> servers;
  for (uint32_t slot = 0; slot < kServers; ++slot) servers.emplace_back(run_server, std::ref(world), slot);
  for (std::thread& thread : threads) thread.join();
  world.is_over = true;
  world.wake_everybody();
  for (std::thread& server : servers) server.join();
  for (const auto& client : clients) {
    EXPECT_GT(client->ended, 0u);
    client->check_withdrawn();
  }
  EXPECT_GT(world.deaths, 0u);
}

}  // namespace
}  // namespace shmbroker::stress
