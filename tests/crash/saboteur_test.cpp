// Somebody who may write a channel's memory fills it with nonsense while clients work and die, and the
// service clears up after them. That channel is lost; nothing else is, nobody crashes, and nobody hangs.
// SHM_CRASH_SEED runs it again.
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "core/layout.h"
#include "tests/crash/load.h"
#include "tests/crash/record.h"
#include "tests/crash/shared_sheet.h"
#include "tests/support/service_fixture.h"
#include "win/section.h"

namespace shmbroker::tests {
namespace {

constexpr int kRounds = 12;       // of workers that are killed and replaced
constexpr DWORD kRoundTime = 60;  // milliseconds

uint64_t seed_of_this_run() {
  const char* text = std::getenv("SHM_CRASH_SEED");
  const uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device()();
  std::cout << "SHM_CRASH_SEED=" << seed << std::endl;
  return seed;
}

// A section, opened by its name, past the DLL.
class Section {
 public:
  Section(const std::string& channel, const wchar_t* part)
      : prefix_(object_prefix(std::wstring(channel.begin(), channel.end()))),
        section_(OpenFileMappingW(FILE_MAP_WRITE, FALSE, (prefix_ + part).c_str())),
        view_(win::View::map(section_.get(), FILE_MAP_WRITE)) {
    if (!view_) throw std::runtime_error("cannot open the section");
  }
  // Nonsense somewhere: mostly where everybody looks.
  void scribble(std::mt19937_64& random) const {
    const uint64_t size =
        random() % 4 == 0 ? view_.size() : std::min<uint64_t>(view_.size(), core::kPayloadOffset + 256);
    const uint64_t at = random() % size;
    const uint64_t value = random() % 2 == 0 ? random() : random() % 200'000;
    std::memcpy(view_.memory() + at, &value,
                static_cast<size_t>(std::min<uint64_t>(sizeof value, view_.size() - at)));
  }
  // Nonsense everywhere.
  void fill() const { std::memset(view_.memory(), 0xA5, static_cast<size_t>(view_.size())); }
  std::byte* memory() const { return view_.memory(); }
  const std::wstring& prefix() const { return prefix_; }

 private:
  std::wstring prefix_;
  win::Handle section_;
  win::View view_;
};

// Scribbles on a thread of its own.
class Saboteur {
 public:
  Saboteur(uint64_t seed, std::vector<const Section*> sections) {
    thread_ = std::thread([this, seed, sections] {
      std::mt19937_64 random(seed);
      while (!over_) {
        for (int i = 0; i < 20; ++i) sections[random() % sections.size()]->scribble(random);
        Sleep(static_cast<DWORD>(random() % 3));  // so that there is some sense between the nonsense
      }
    });
  }
  ~Saboteur() {
    over_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> over_{false};
  std::thread thread_;
};

// Workers of all kinds, killed and replaced all the time. What they say of the channel is their own business;
// how they end is ours.
class Workers {
 public:
  Workers(const std::string& channel, std::vector<const char*> roles)
      : channel_(channel), sheet_("sabotage-" + channel), roles_(std::move(roles)) {
    for (const char* role : roles_) workers_.push_back(start_worker(role, channel_, sheet_));
  }
  void replace(size_t worker) {
    workers_[worker]->kill();
    workers_[worker] = start_worker(roles_[worker], channel_, sheet_);
  }
  void expect_orderly_end() {
    sheet_->over = 1;
    for (auto& worker : workers_) {
      DWORD exit_code = 0;
      const std::string words = worker->rest(exit_code);
      EXPECT_TRUE(exit_code == 0 || exit_code == 1)
          << "it crashed: " << std::hex << exit_code << " " << words;
    }
  }
  size_t count() const { return workers_.size(); }
  const SharedSheet& sheet() const { return sheet_; }

 private:
  std::string channel_;
  SharedSheet sheet_;
  std::vector<const char*> roles_;
  std::vector<std::unique_ptr<Child>> workers_;
};

struct Target {
  std::string channel;
  std::vector<const char*> roles;
};
void PrintTo(const Target& target, std::ostream* out) { *out << target.channel; }

const Target kTargets[] = {{"block", {"write", "write", "listen", "listen"}},
                           {"topic", {"write", "loan", "batch", "listen"}},
                           {"lossy", {"batch", "write", "listen", "listen"}},
                           {"queue", {"write", "batch", "peek", "peek"}}};

using Leave = void (Service::*)();

class Sabotage : public ServiceTest, public testing::WithParamInterface<Target> {
 protected:
  Sabotage()
      : ServiceTest(config_of({block("block", kLargestTicketed), topic("topic", "wait"),
                               topic("lossy", "overwrite"), queue("queue"), topic("other", "wait")})) {}
};

TEST_P(Sabotage, OfAChannelStaysThere) {
  const DWORD pid = service.status().dwProcessId;
  const std::wstring name(GetParam().channel.begin(), GetParam().channel.end());
  const Opened in(L"other", SHM_READ);
  const Opened out(L"other", SHM_WRITE);
  Listener listener(in);
  std::atomic<bool> over{false};
  uint32_t written = 0;
  std::thread writer([&] {
    while (!over) ASSERT_SHM(SHM_OK, produce_one(out, numbered_word(1, ++written), How::copied, kPatience));
    ASSERT_SHM(SHM_OK, ShmWrite(out, nullptr, 0, kPatience));
  });
  Workers workers(GetParam().channel, GetParam().roles);
  const Section data(GetParam().channel, L"data");
  const Section readers(GetParam().channel, L"readers");
  {
    const Saboteur saboteur(seed_of_this_run(), {&data, &readers});
    for (int round = 0; round < kRounds; ++round) {
      Sleep(kRoundTime);  // of sabotage
      workers.replace(static_cast<size_t>(round) % workers.count());
      ShmChannel channel = 0;  // and somebody new
      if (ShmOpen(name.c_str(), nullptr, &channel) == SHM_OK) ShmClose(channel);
      uint32_t count = 0;
      EXPECT_SHM(SHM_OK, ShmListChannels(nullptr, 0, &count));
    }
    workers.expect_orderly_end();
  }
  over = true;
  writer.join();
  EXPECT_TRUE(listener.finish().has_all(1, written));
  EXPECT_GT(written, 100u);
  EXPECT_EQ(service.status().dwProcessId, pid);
  EXPECT_EQ(service.status().dwCurrentState, DWORD{SERVICE_RUNNING});
  // Damage stays in no channel beyond a restart, whatever was damaged.
  for (const Leave leave : {&Service::stop, &Service::kill}) {
    const Section last_data(GetParam().channel, L"data");
    const Section last_readers(GetParam().channel, L"readers");
    for (const Section* section : {&last_data, &last_readers}) section->fill();
    (service.*leave)();
    service.start();
    const Opened again(name.c_str());
    EXPECT_SHM(SHM_OK, write(again, "as new", kPatience));
    EXPECT_EQ(read(again), (Answer{SHM_OK, "as new"}));
    EXPECT_EQ(info_of(again).readers, 1u) << "nobody who is not there has a place";
  }
}
INSTANTIATE_TEST_SUITE_P(Each, Sabotage, testing::ValuesIn(kTargets),
                         [](const auto& info) { return info.param.channel; });

// With a reader's rights alone, and all of what they reach. What it has done ends with it, and with a
// restart.
TEST_P(Sabotage, OfAllThatReadersReachKeepsNobodyOut) {
  const std::wstring name(GetParam().channel.begin(), GetParam().channel.end());
  const Opened writer(name.c_str(), SHM_WRITE);
  for (const Leave leave : {&Service::stop, &Service::kill}) {
    const Section readers(GetParam().channel, L"readers");
    EXPECT_SHM(SHM_OK, write(writer, "first", kPatience));
    {
      const Opened hostile(name.c_str(), SHM_READ);
      readers.fill();
    }
    EXPECT_EQ(read(Opened(name.c_str(), SHM_READ)).text, "first");
    EXPECT_SHM(SHM_OK, write(writer, "second", kPatience));
    readers.fill();
    (service.*leave)();
    service.start();
    EXPECT_EQ(object_prefix(name), readers.prefix()) << "it is the same channel";
    EXPECT_SHM(SHM_OK, write(writer, "third", kPatience));
    const Opened reader(name.c_str(), SHM_READ);
    EXPECT_EQ(info_of(reader).readers, 1u);
    std::string last;
    for (Answer answer = read(reader); answer.status != SHM_E_EMPTY && answer.text != last;
         answer = read(reader))
      last = answer.text;
    EXPECT_EQ(last, "third");
  }
}

// Who is inside already is told, too, and not led astray.
TEST_F(Sabotage, IsToldToWhoIsInside) {
  for (const auto& [channel, at] : {std::pair<std::string, uint64_t>("block", core::kControlOffset),
                                    {"topic", core::kControlOffset + offsetof(core::RingControl, tail)},
                                    {"queue", core::kControlOffset + offsetof(core::RingControl, head)}}) {
    SCOPED_TRACE(channel);
    const Opened open(std::wstring(channel.begin(), channel.end()).c_str());
    EXPECT_SHM(SHM_OK, write(open, "x"));
    const Section data(channel, L"data");
    const uint64_t nonsense = 0x0123456789ABCDEF;
    std::memcpy(data.memory() + at, &nonsense, sizeof nonsense);
    const bool is_block = channel == "block";
    EXPECT_SHM(SHM_E_CORRUPT, is_block ? read(open).status : write(open, "y"));
  }
  EXPECT_SHM(SHM_OK, write(Opened(L"other"), "x"));
}

// With a reader's rights alone: the readers' section. Writers and their messages are out of its reach.
TEST_P(Sabotage, ByAReaderTearsNothing) {
  const DWORD pid = service.status().dwProcessId;
  Workers workers(GetParam().channel, GetParam().roles);
  const Section readers(GetParam().channel, L"readers");
  {
    const Saboteur saboteur(seed_of_this_run(), {&readers});
    for (int round = 0; round < kRounds; ++round) {
      Sleep(kRoundTime);
      workers.replace(static_cast<size_t>(round) % workers.count());
    }
  }
  workers.expect_orderly_end();
  EXPECT_EQ(workers.sheet()->faults, 0u) << "torn";
  EXPECT_GT(workers.sheet()->next, 100u) << "nobody wrote";
  EXPECT_EQ(service.status().dwProcessId, pid);
  EXPECT_SHM(SHM_OK, write(Opened(L"other"), "x"));
}

}  // namespace
}  // namespace shmbroker::tests
