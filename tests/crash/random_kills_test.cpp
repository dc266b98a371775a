// Processes that write, read, lock, call and serve are killed at random, hundreds of times under load, and
// now and then the service with them. SHM_CRASH_SEED runs a failure's choices again, SHM_CRASH_KILLS is how
// many to kill.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "tests/crash/leaks.h"
#include "tests/crash/load.h"
#include "tests/crash/shared_sheet.h"
#include "tests/support/lockstep.h"
#include "tests/support/service_fixture.h"
#include "tests/support/widths.h"

namespace shmbroker::tests {
namespace {

constexpr uint32_t kDefaultKills = 250;
constexpr uint32_t kKillsARound = 50;  // then all is counted
constexpr uint32_t kServiceKillEvery = 25;

uint64_t setting(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// A reader of a topic that lives through it all.
class Survivor {
 public:
  explicit Survivor(const wchar_t* topic) : in_(topic, SHM_READ, SHM_OPEN_NEXT), seen_(kTickets) {
    thread_ = std::thread([this] { read_all(); });
  }
  ~Survivor() { join(); }
  // Reads what is left, when all who write have ended.
  const std::vector<uint8_t>& finish() {
    join();
    return seen_;
  }
  uint64_t lost() const { return stats_of(in_).lost; }

 private:
  void join() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }
  void read_all() {
    std::vector<std::byte> message(kLargestTicketed);
    for (;;) {
      const bool is_last = over_;
      size_t size = 0;
      const int32_t status = ShmRead(in_, message.data(), message.size(), &size, is_last ? 0 : 50);
      if (status == SHM_E_EMPTY && is_last) return;
      if (status == SHM_E_EMPTY) continue;
      uint64_t ticket = 0;
      ASSERT_TRUE(status == SHM_OK || status == SHM_S_LOST) << ShmLastErrorTextUtf8();
      ASSERT_TRUE(read_lockstep(message.data(), size, ticket) && ticket < kTickets &&
                  size == ticketed_size(ticket))
          << "torn";
      ++seen_[static_cast<size_t>(ticket)];
    }
  }

  const Opened in_;
  std::vector<uint8_t> seen_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

constexpr const wchar_t* kChannels[] = {L"topic", L"lossy", L"queue", L"block", L"service"};

class RandomKills : public ServiceTest {
 protected:
  RandomKills()
      : ServiceTest(config_of({block("block", kLargestTicketed), topic("topic", "wait"),
                               topic("lossy", "overwrite", 1 << 20), queue("queue"),
                               R"({ "name": "service", "kind": "service", "max_request": 1024,
                                    "max_answer": 1024,
                                    "access": { "call": ["Everyone"], "serve": ["Everyone"] } })"})) {}

  struct Count {
    uint64_t messages = 0;
    uint32_t service_kills = 0;
  };
  Count play_round(uint32_t kills);
  uint32_t random(uint32_t below) { return static_cast<uint32_t>(random_() % below); }
  std::mt19937_64 random_;
};

// One round: workers, whom somebody kills and replaces.
class Round {
 public:
  Round() {
    for (const Job& job : jobs_) workers_.push_back(start(job, 0));
  }

  // Kills one and starts another for its job. The dead one's place is as good as any other.
  void kill(uint32_t worker, uint32_t choice) {
    kill_only(worker);
    workers_[worker] = start(jobs_[worker], choice);
  }
  void kill_only(uint32_t worker) {
    workers_[worker]->kill();
    if (jobs_[worker].sheet == &block_) ++killed_adders_;
  }
  uint32_t count() const { return static_cast<uint32_t>(workers_.size()); }

  // Lets all of them end, and counts.
  void finish() {
    for (SharedSheet* sheet : sheets_) (*sheet)->over = 1;
    for (size_t i = 0; i < workers_.size(); ++i) {
      if (jobs_[i].serves) service_->over = 2;  // its clients, which come before it, have all their answers
      DWORD exit_code = 0;
      const std::string words = workers_[i]->rest(exit_code, 2 * kPatience);
      EXPECT_TRUE(exit_code == 0 || exit_code == 99) << words;
    }
    expect_each_read_once(topic_, topic_reader_.finish());
    lossy_reader_.finish();
    finish_queue();
    finish_block();
    finish_service();
    for (SharedSheet* sheet : sheets_) {
      EXPECT_EQ((*sheet)->faults, 0u) << sheet->name();
      messages_ += sheet->tickets();
    }
  }
  uint64_t messages() const { return messages_; }

 private:
  struct Job {
    const char* channel;
    const SharedSheet* sheet;
    std::vector<const char*> roles;
    bool serves = false;
  };

  static std::unique_ptr<Child> start(const Job& job, uint32_t choice) {
    return start_worker(job.roles[choice % job.roles.size()], job.channel, *job.sheet);
  }

  static void expect_each_read_once(const SharedSheet& sheet, const std::vector<uint8_t>& seen) {
    int lost = 0;
    int twice = 0;
    for (uint32_t ticket = 0; ticket < sheet.tickets(); ++ticket) {
      lost += (sheet->tickets[ticket] & kWritten) != 0 && seen[ticket] == 0 ? 1 : 0;
      twice += seen[ticket] > 1 ? 1 : 0;
    }
    EXPECT_EQ(lost, 0) << "of " << sheet.tickets();
    EXPECT_EQ(twice, 0) << "of " << sheet.tickets();
  }

  // What nobody has taken yet is the test's, and so is what was given back last.
  void finish_queue() {
    const Opened in(L"queue", SHM_READ);
    expect_places(L"queue", 1, 0);
    std::vector<std::byte> message(kLargestTicketed);
    size_t size = 0;
    int32_t status = SHM_OK;
    while ((status = ShmRead(in, message.data(), message.size(), &size, 0)) >= 0) {
      uint64_t ticket = 0;
      ASSERT_TRUE(read_lockstep(message.data(), size, ticket) && ticket < kTickets);
      const bool was_read = (queue_->tickets[ticket].fetch_or(kRead) & kRead) != 0;
      EXPECT_TRUE(!was_read || status == SHM_S_REDELIVERED);
    }
    EXPECT_SHM(SHM_E_EMPTY, status);
    int lost = 0;
    int twice = 0;
    for (uint32_t ticket = 0; ticket < queue_.tickets(); ++ticket) {
      const uint8_t notes = queue_->tickets[ticket];
      lost += (notes & kWritten) != 0 && (notes & kRead) == 0 ? 1 : 0;
      twice += (notes & kReadTwice) != 0 ? 1 : 0;
    }
    EXPECT_EQ(lost, 0) << "of " << queue_.tickets();
    EXPECT_EQ(twice, 0) << "of " << queue_.tickets();
  }

  // Who was killed may have published without a note of it; otherwise no addition is lost, and none is made
  // up.
  void finish_block() {
    const Opened in(L"block", SHM_READ);
    std::vector<std::byte> value(kLargestTicketed);
    size_t size = 0;
    uint64_t number = 0;
    if (ShmRead(in, value.data(), value.size(), &size, 0) >= 0) {
      EXPECT_TRUE(read_lockstep(value.data(), size, number)) << "torn";
    }
    EXPECT_GE(number - block_before_, block_->next);
    EXPECT_LE(number - block_before_, block_->next + killed_adders_);
  }

  // Each call was taken once at most, and its client told the truth about it.
  void finish_service() {
    int twice = 0;
    int dropped = 0;
    int made_up = 0;
    int taken_all_the_same = 0;
    int answered = 0;
    for (uint32_t ticket = 0; ticket < service_.tickets(); ++ticket) {
      const uint8_t notes = service_->tickets[ticket];
      const auto has = [notes](uint8_t note) { return (notes & note) != 0; };
      twice += has(kTakenTwice) ? 1 : 0;
      dropped += has(kGiven) && has(kFailed) ? 1 : 0;
      made_up += has(kGot) && !has(kTaken) ? 1 : 0;
      taken_all_the_same += has(kUntaken) && has(kTaken) ? 1 : 0;
      answered += has(kGot) ? 1 : 0;
    }
    EXPECT_EQ(twice, 0) << "of " << service_.tickets();
    EXPECT_EQ(dropped, 0) << "answers that were given, of " << service_.tickets();
    EXPECT_EQ(made_up, 0) << "answers to calls that no server has taken";
    EXPECT_EQ(taken_all_the_same, 0) << "calls whose clients were told that none has";
    EXPECT_GT(answered, 0);
  }

  static uint64_t number_in_block() {
    const Opened in(L"block", SHM_READ);
    uint64_t value[kLargestTicketed / 8] = {};
    size_t size = 0;
    ShmRead(in, value, sizeof value, &size, 0);
    return value[0];
  }

  SharedSheet topic_{"topic"};
  SharedSheet lossy_{"lossy"};
  SharedSheet queue_{"queue"};
  SharedSheet block_{"block"};
  SharedSheet service_{"service"};
  SharedSheet* const sheets_[5] = {&topic_, &lossy_, &queue_, &block_, &service_};
  const uint64_t block_before_ = number_in_block();
  Survivor topic_reader_{L"topic"};
  Survivor lossy_reader_{L"lossy"};
  const std::vector<Job> jobs_ = {{"topic", &topic_, {"write", "loan", "batch"}},
                                  {"topic", &topic_, {"loan", "write"}},
                                  {"topic", &topic_, {"listen"}},
                                  {"lossy", &lossy_, {"batch", "write"}},
                                  {"lossy", &lossy_, {"listen"}},
                                  {"queue", &queue_, {"write", "loan", "batch"}},
                                  {"queue", &queue_, {"batch", "write"}},
                                  {"queue", &queue_, {"peek"}},
                                  {"queue", &queue_, {"peek"}},
                                  {"block", &block_, {"add"}},
                                  {"block", &block_, {"add"}},
                                  {"service", &service_, {"call", "calls"}},
                                  {"service", &service_, {"calls", "call"}},
                                  {"service", &service_, {"serve", "hoard"}, true},
                                  {"service", &service_, {"hoard", "serve"}, true}};
  std::vector<std::unique_ptr<Child>> workers_;
  uint32_t killed_adders_ = 0;
  uint64_t messages_ = 0;
};

RandomKills::Count RandomKills::play_round(uint32_t kills) {
  Count count;
  Round round;
  for (; kills > 0; --kills) {
    Sleep(random(40));  // the moment of the kill, which is what is random here
    const uint32_t worker = random(round.count());
    if (random(kServiceKillEvery) == 0) {
      service.kill();
      round.kill_only(worker);  // at the same moment, for whoever looks at it later
      service.start();
      ++count.service_kills;
    }
    round.kill(worker, random(6));
  }
  round.finish();
  count.messages = round.messages();
  return count;
}

TEST_F(RandomKills, LoseNothing) {
  if (const std::string missing = x86_missing(L"worker.exe"); !missing.empty()) GTEST_SKIP() << missing;
  const uint64_t seed = setting("SHM_CRASH_SEED", std::random_device()());
  const auto kills = static_cast<uint32_t>(setting("SHM_CRASH_KILLS", kDefaultKills));
  random_.seed(seed);
  std::cout << "SHM_CRASH_SEED=" << seed << " SHM_CRASH_KILLS=" << kills << std::endl;
  uint64_t messages = 0;
  uint32_t service_kills = 0;
  for (uint32_t done = 0; done < kills && !HasFailure();) {
    const uint32_t goal = std::min(kills, done + kKillsARound);
    const Count count = play_round(goal - done);
    done = goal;
    messages += count.messages;
    service_kills += count.service_kills;
    for (const wchar_t* name : kChannels) expect_places(name, 0, 0);
  }
  std::cout << kills << " kills of clients and " << service_kills << " of the service, " << messages
            << " messages" << std::endl;
  EXPECT_GT(messages, 10u * kills) << "hardly anything was written";
  for (const wchar_t* name : kChannels) expect_every_place(name);
}

}  // namespace
}  // namespace shmbroker::tests
