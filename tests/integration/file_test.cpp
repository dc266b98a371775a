// Blocks that are kept in files: the content outlives the service, and what is wrong with a file is said.
#include <windows.h>

#include <gmock/gmock.h>
#include <psapi.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "tests/support/peer_process.h"
#include "tests/support/program.h"
#include "tests/support/service_fixture.h"
#include "win/handle.h"

namespace shmbroker::tests {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

void write_file(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

// A service with a block "saved" of 64 bytes, and a folder in which its file may be.
class File : public testing::Test {
 protected:
  File() : service_(config_of({})) {
    fs::create_directories(allowed_);
    configure(file_);
  }

  // region: ", \"offset\": 8", or nothing.
  void configure(const fs::path& file, const std::string& region = {}) {
    service_.configure(config_for(file, region));
  }
  static std::string block_in(const std::string& name, uint64_t capacity, const fs::path& file,
                              std::optional<uint64_t> offset = {}) {
    std::string channel = block(name, capacity);
    channel.insert(channel.rfind('}'), R"(, "file": { "path": ")" + file.generic_string() + "\"" +
                                           (offset ? ", \"offset\": " + std::to_string(*offset) : "") + " }");
    return channel;
  }
  std::string config_for(const fs::path& file, const std::string& region = {}) const {
    std::string saved = block("saved", 64);
    saved.insert(saved.rfind('}'), R"(, "file": { "path": ")" + file.generic_string() + "\"" + region + " }");
    return config_with({saved});
  }
  // These, and a block without a file.
  std::string config_with(std::vector<std::string> channels) const {
    channels.push_back(block("plain"));
    const std::string config = config_of(channels);
    return config.substr(0, config.rfind('}')) + R"(, "file_folders": [")" + allowed_.generic_string() +
           "\"] }";
  }
  // Starts the service: all but this channel is served. Then stops it.
  void expect_unavailable(const std::string& reason) {
    service_.start();
    EXPECT_SHM(SHM_E_UNAVAILABLE, open_once(L"saved"));
    EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("channel 'saved' is unavailable: "));
    EXPECT_THAT(service_.log(), AllOf(HasSubstr("channel 'saved' is unavailable: "), HasSubstr(reason)));
    EXPECT_SHM(SHM_OK, write(Opened(L"plain"), "served"));
    service_.stop();
  }
  static int32_t open_once(const wchar_t* name) {
    ShmChannel channel = 0;
    const int32_t status = ShmOpen(name, nullptr, &channel);
    if (status == SHM_OK) ShmClose(channel);
    return status;
  }

  TempFolder folder_;
  const fs::path allowed_ = folder_.path() / L"allowed";
  const fs::path file_ = allowed_ / L"value.bin";
  Service service_;
};

TEST_F(File, IsMadeAndEmptyUntilSomebodyWrites) {
  service_.start();
  EXPECT_TRUE(fs::exists(file_));
  const Opened channel(L"saved");
  EXPECT_EQ(read(channel).status, SHM_E_EMPTY);
  EXPECT_SHM(SHM_OK, write(channel, "value"));
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "value"}));
  EXPECT_EQ(read_file(file_), "") << "nobody asked for it yet";
}

TEST_F(File, HasTheValueAfterAFlush) {
  service_.start();
  const Opened channel(L"saved");
  for (const char* value : {"long value", "short", ""}) {
    write(channel, value);
    EXPECT_SHM(SHM_OK, ShmFlush(channel));
    EXPECT_EQ(read_file(file_), value);
    EXPECT_SHM(SHM_OK, ShmFlush(channel)) << "it is there already";
  }
}

TEST_F(File, IsShownWithItsLastSaveAndWhatFailedInIt) {
  service_.start();
  EXPECT_THAT(run(L"show saved").text, AllOf(HasSubstr("file         " + file_.generic_string()),
                                             HasSubstr("saved        not since the service's start")));
  const Opened channel(L"saved");
  write(channel, "value");
  ASSERT_SHM(SHM_OK, ShmFlush(channel));
  EXPECT_THAT(run(L"show saved").text, testing::ContainsRegex("saved        20..-..-..T"));
  EXPECT_THAT(run(L"show plain").text, testing::Not(HasSubstr("saved")));
}

TEST_F(File, IsFlushedByAReaderToo) {
  service_.start();
  const Opened out(L"saved", SHM_WRITE);
  write(out, "value");
  const Opened in(L"saved", SHM_READ);
  EXPECT_SHM(SHM_OK, ShmFlush(in));
  EXPECT_EQ(read_file(file_), "value");
}

TEST_F(File, HasTheValueWhenTheLastWriterHasGone) {
  service_.start();
  const Opened in(L"saved", SHM_READ);
  {
    const Opened first(L"saved", SHM_WRITE);
    write(Opened(L"saved", SHM_WRITE), "value");
    EXPECT_EQ(read_file(file_), "");
  }
  EXPECT_TRUE(eventually([&] { return read_file(file_) == "value"; }));
  Peer peer;
  peer.write(peer.open("saved", "w"), "of the dead");
  peer.kill();
  EXPECT_TRUE(eventually([&] { return read_file(file_) == "of the dead"; }));
}

TEST_F(File, HasTheValueOfAChannelThatAReloadRemoves) {
  service_.start();
  const Opened channel(L"saved");
  write(channel, "value");
  service_.configure(config_of({block("plain")}));
  EXPECT_TRUE(service_.reload());
  EXPECT_TRUE(eventually([&] { return read_file(file_) == "value"; })) << "files are another thread's work";
}

TEST_F(File, GivesTheValueBackAfterAStop) {
  service_.start();
  {
    const Opened channel(L"saved");
    write(channel, "value");
    service_.stop();
    EXPECT_EQ(read_file(file_), "value") << "flushed by the stop, though somebody has it open";
  }
  service_.start();
  EXPECT_EQ(read(Opened(L"saved")), (Answer{SHM_OK, "value"}));
}

TEST_F(File, GivesBackWhatWasFlushedAfterADeath) {
  service_.start();
  Opened channel(L"saved");
  write(channel, "flushed");
  EXPECT_SHM(SHM_OK, ShmFlush(channel));
  write(channel, "in memory");
  service_.kill();
  service_.start();
  EXPECT_EQ(read(Opened(L"saved")), (Answer{SHM_OK, "in memory"})) << "the memory was still there, and newer";
  EXPECT_SHM(SHM_OK, ShmFlush(channel));
  EXPECT_EQ(read_file(file_), "in memory");
}

TEST_F(File, IsReadAtTheStart) {
  write_file(file_, "from the disk");
  service_.start();
  EXPECT_EQ(read(Opened(L"saved")), (Answer{SHM_OK, "from the disk"}));
}

TEST_F(File, WhoseContentIsTooLongIsRefused) {
  write_file(file_, std::string(65, 'x'));
  expect_unavailable("has 65 bytes, more than the block's capacity of 64");
  EXPECT_EQ(read_file(file_).size(), 65u);
}

TEST_F(File, MayBeARegionOfAnother) {
  write_file(file_, "HEAD" + std::string(64, '.') + "TAIL");
  configure(file_, R"(, "offset": 4)");
  service_.start();
  const Opened channel(L"saved");
  EXPECT_EQ(read(channel), (Answer{SHM_OK, std::string(64, '.')}));
  write(channel, "value");
  EXPECT_SHM(SHM_OK, ShmFlush(channel));
  EXPECT_EQ(read_file(file_), "HEADvalue" + std::string(59, '\0') + "TAIL");
}

TEST_F(File, EndsBeforeItsRegionDoes) {
  configure(file_, R"(, "offset": 4)");
  expect_unavailable("cannot open the file");
  EXPECT_FALSE(fs::exists(file_)) << "a region's file is not made";
  write_file(file_, std::string(67, '.'));
  expect_unavailable("ends before its region of 64 bytes at 4 does");
  EXPECT_EQ(read_file(file_).size(), 67u);
  write_file(file_, std::string(68, '.'));
  service_.start();
}

TEST_F(File, ThatIsReadOnlyIsRefused) {
  write_file(file_, "value");
  SetFileAttributesW(file_.c_str(), FILE_ATTRIBUTE_READONLY);
  const bool may_write =
      win::Handle(CreateFileW(file_.c_str(), GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr)).get() !=
      nullptr;
  if (!may_write) expect_unavailable("cannot open the file");
  SetFileAttributesW(file_.c_str(), FILE_ATTRIBUTE_NORMAL);
  if (may_write) GTEST_SKIP() << "under Wine, root may write to a read-only file";
}

TEST_F(File, ThatAnotherHasLockedIsRefused) {
  write_file(file_, "value");
  const win::Handle other(CreateFileW(file_.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, nullptr,
                                      OPEN_EXISTING, 0, nullptr));
  ASSERT_TRUE(other);
  expect_unavailable("cannot open the file");
}

TEST_F(File, IsNobodyElsesToWriteWhileTheServiceRuns) {
  service_.start();
  const DWORD shared = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  EXPECT_FALSE(
      win::Handle(CreateFileW(file_.c_str(), GENERIC_WRITE, shared, nullptr, OPEN_EXISTING, 0, nullptr)));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SHARING_VIOLATION});
  EXPECT_FALSE(DeleteFileW(file_.c_str()));
  EXPECT_TRUE(
      win::Handle(CreateFileW(file_.c_str(), GENERIC_READ, shared, nullptr, OPEN_EXISTING, 0, nullptr)));
}

TEST_F(File, DeletedOrCutShortWhileTheServiceWasAwayIsWhatItIs) {
  service_.start();
  write(Opened(L"saved"), "value");
  service_.stop();
  EXPECT_EQ(read_file(file_), "value");
  fs::resize_file(file_, 3);
  service_.start();
  EXPECT_EQ(read(Opened(L"saved")), (Answer{SHM_OK, "val"}));
  service_.stop();
  fs::remove(file_);
  service_.start();
  EXPECT_EQ(read(Opened(L"saved")).status, SHM_E_EMPTY);
}

TEST_F(File, OutsideTheAllowedFoldersIsRefusedAndNotMade) {
  const fs::path beside = folder_.path() / L"beside.bin";
  for (const fs::path& path :
       {beside, allowed_ / L".." / L"beside.bin", folder_.path() / L"allowed-not" / L"x.bin"}) {
    fs::create_directories(path.parent_path());
    configure(path);
    expect_unavailable("which is under none of the file_folders");
    EXPECT_FALSE(fs::exists(path)) << path;
  }
  configure(allowed_ / L"missing" / L"x.bin");
  expect_unavailable("cannot open");
}

TEST_F(File, BehindALinkOutOfTheFolderIsRefused) {
  const fs::path outside = folder_.path() / L"outside";
  fs::create_directories(outside);
  constexpr DWORD kFlags = SYMBOLIC_LINK_FLAG_DIRECTORY | SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE;
  const bool made = CreateSymbolicLinkW((allowed_ / L"link").c_str(), outside.c_str(), kFlags) != FALSE;
  if (!made || !fs::exists(allowed_ / L"link"))
    GTEST_SKIP() << "no links here; Wine only says that it made one";
  configure(allowed_ / L"link" / L"x.bin");
  expect_unavailable("which is under none of the file_folders");
  EXPECT_FALSE(fs::exists(outside / L"x.bin"));
  fs::remove(allowed_ / L"link");
}

TEST_F(File, WhosePathEndsInADotIsRefusedAndNotMade) {
  configure(allowed_ / L"value.bin.");
  expect_unavailable("leave it out");
  EXPECT_TRUE(fs::is_empty(allowed_));
}

TEST_F(File, ComesBackByItselfWithItsFolder) {
  const fs::path folder = allowed_ / L"drive";
  configure(folder / L"value.bin");
  service_.start();
  EXPECT_SHM(SHM_E_UNAVAILABLE, open_once(L"saved"));
  fs::create_directories(folder);
  write_file(folder / L"value.bin", "of before");
  EXPECT_TRUE(eventually([] { return open_once(L"saved") == SHM_OK; }));
  const Opened channel(L"saved");
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "of before"}));
  write(channel, "new");
  EXPECT_SHM(SHM_OK, ShmFlush(channel));
  EXPECT_EQ(read_file(folder / L"value.bin"), "new");
}

// The value in memory is newer than whatever the file has.
TEST_F(File, ThatIsGoneAfterADeathLeavesTheMemoryToItsClients) {
  service_.start();
  const Opened channel(L"saved");
  write(channel, "flushed");
  EXPECT_SHM(SHM_OK, ShmFlush(channel));
  write(channel, "in memory");
  service_.kill();
  const fs::path away = folder_.path() / L"away";
  fs::rename(allowed_, away);
  service_.start();
  EXPECT_SHM(SHM_E_UNAVAILABLE, open_once(L"saved"));
  EXPECT_SHM(SHM_E_UNAVAILABLE, ShmFlush(channel));
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "in memory"}));
  fs::rename(away, allowed_);
  EXPECT_TRUE(eventually([&] { return ShmFlush(channel) == SHM_OK; }));
  EXPECT_EQ(read_file(file_), "in memory");
  EXPECT_EQ(read(Opened(L"saved")), (Answer{SHM_OK, "in memory"}));
}

TEST_F(File, WithAnotherNameElsewhereIsRefused) {
  write_file(file_, "value");
  if (!CreateHardLinkW((folder_.path() / L"other name.bin").c_str(), file_.c_str(), nullptr))
    GTEST_SKIP() << "no hard links here, error " << GetLastError();
  expect_unavailable("has 2 names");
}

TEST_F(File, OfTwoChannelsIsTheFirstOnes) {
  service_.configure(config_with({block_in("first", 64, file_), block_in("saved", 64, file_)}));
  expect_unavailable("would overlap with what channel 'first' has of it, the whole of it");
}

TEST_F(File, MayHoldSeveralAsRegions) {
  write_file(file_, "HEAD" + std::string(128, '.') + "TAIL");
  const auto region = [&](const char* name, uint64_t offset) { return block_in(name, 64, file_, offset); };
  service_.configure(config_with({region("first", 4), region("second", 68)}));
  service_.start();
  write(Opened(L"first"), "one");
  Opened second(L"second");
  write(second, "two");
  EXPECT_SHM(SHM_OK, ShmFlush(second));
  const std::string rest(61, '\0');
  EXPECT_TRUE(eventually([&] { return read_file(file_) == "HEADone" + rest + "two" + rest + "TAIL"; }));
  service_.configure(config_with({region("second", 68), region("third", 0)}));
  EXPECT_TRUE(service_.reload());
  EXPECT_SHM(SHM_E_NOT_FOUND, open_once(L"first"));
  EXPECT_TRUE(eventually([] { return open_once(L"third") == SHM_OK; }));
  EXPECT_EQ(read(Opened(L"third")), (Answer{SHM_OK, "HEADone" + std::string(57, '\0')}));
  second.close();
  service_.stop();
  service_.configure(config_with({region("first", 4), region("second", 68)}));
  service_.start();
  EXPECT_EQ(read(Opened(L"first")), (Answer{SHM_OK, "one" + rest}));
  EXPECT_EQ(read(Opened(L"second")), (Answer{SHM_OK, "two" + rest}));
}

TEST_F(File, WhoseRegionsOverlapIsTheFirstOnes) {
  write_file(file_, std::string(200, '.'));
  service_.configure(config_with({block_in("first", 64, file_, 10), block_in("saved", 64, file_, 73)}));
  expect_unavailable("overlap with what channel 'first' has of it, bytes 10 to 73");
}

TEST_F(File, WhoseRegionsOverlapIsWhatCheckConfigSays) {
  service_.configure(config_with({block_in("first", 64, file_, 10), block_in("saved", 64, file_, 73)}));
  const Outcome outcome = run(L"check-config --config " + quoted(service_.config_file()));
  EXPECT_EQ(outcome.exit_code, 1u);
  EXPECT_THAT(outcome.text, HasSubstr("/channels/1/file: overlaps with what channel 'first' has"));
  service_.configure(config_with({block_in("first", 64, file_, 10), block_in("saved", 64, file_, 74)}));
  write_file(file_, std::string(200, '.'));
  EXPECT_EQ(run(L"check-config --config " + quoted(service_.config_file())).exit_code, 0u);
}

// ---- the service's own look at a value

TEST_F(File, HasTheValueThoughEveryReadersPlaceIsTaken) {
  service_.start();
  std::vector<Opened> readers;
  for (int i = 0; i < 64; ++i) readers.emplace_back(L"saved", SHM_READ);
  const Opened out(L"saved", SHM_WRITE);
  write(out, "flushed");
  EXPECT_SHM(SHM_OK, ShmFlush(out));
  EXPECT_EQ(read_file(file_), "flushed");
  write(out, "at the stop");
  service_.stop();
  EXPECT_EQ(read_file(file_), "at the stop");
}

TEST_F(File, HasAWholeValueUnderAWriterThatNeverStops) {
  service_.start();
  std::atomic<bool> over{false};
  std::thread writer([&] {
    const Opened out(L"saved", SHM_WRITE);
    for (char c = 'a'; !over; c = c == 'z' ? 'a' : static_cast<char>(c + 1))
      ASSERT_SHM(SHM_OK, write(out, std::string(64, c), SHM_INFINITE));
  });
  const Opened channel(L"saved");
  for (int i = 0; i < 20; ++i) {
    EXPECT_SHM(SHM_OK, ShmFlush(channel));
    const std::string value = read_file(file_);
    EXPECT_TRUE(value.empty() || value == std::string(64, value[0])) << value;
  }
  over = true;
  writer.join();
}

// A service that copied the capacity would have all of it in its own memory for a while.
TEST_F(File, IsSavedByTheSizeOfItsValue) {
  constexpr uint64_t kCapacity = uint64_t{1} << 30;
  service_.configure(config_with({block_in("saved", kCapacity, file_)}));
  service_.start();
  const Opened channel(L"saved");
  write(channel, "ten bytes.");
  EXPECT_SHM(SHM_OK, ShmFlush(channel));
  EXPECT_EQ(read_file(file_), "ten bytes.");
  const win::Handle process(
      OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ, FALSE, service_.status().dwProcessId));
  PROCESS_MEMORY_COUNTERS memory{};
  ASSERT_TRUE(process && K32GetProcessMemoryInfo(process.get(), &memory, sizeof memory));
  EXPECT_LT(memory.PeakWorkingSetSize, size_t{kCapacity / 4});
}

// On a thread of its own: who opens a channel does not wait for a disk.
TEST_F(File, IsSavedWhileOthersAreServed) {
  constexpr uint64_t kCapacity = uint64_t{128} << 20;
  service_.configure(config_with({block_in("saved", kCapacity, file_)}));
  service_.start();
  const Opened channel(L"saved");
  write(channel, std::string(kCapacity, 'x'));
  std::atomic<bool> saved{false};
  std::thread flush([&] {
    EXPECT_SHM(SHM_OK, ShmFlush(channel));
    saved = true;
  });
  int opened = 0;
  ULONGLONG longest = 0;
  while (!saved) {
    const ULONGLONG begin = GetTickCount64();
    if (open_once(L"plain") == SHM_OK && !saved) ++opened;
    longest = std::max(longest, GetTickCount64() - begin);
  }
  flush.join();
  EXPECT_GE(opened, 3);
  RecordProperty("longest_open_ms", static_cast<int>(longest));
  std::printf("%d opens while the value was saved, the longest took %d ms\n", opened,
              static_cast<int>(longest));
  EXPECT_EQ(fs::file_size(file_), kCapacity);
}

TEST_F(File, NoOtherChannelHasOneToFlush) {
  service_.start();
  const Opened plain(L"plain");
  EXPECT_SHM(SHM_E_KIND, ShmFlush(plain));
  const Opened saved(L"saved");
  write(saved, "value");
  service_.kill();
  EXPECT_SHM(SHM_E_NO_SERVICE, ShmFlush(saved));
  service_.start();
  EXPECT_SHM(SHM_OK, ShmFlush(saved));
}

TEST_F(File, MayNotChangeInAReload) {
  service_.start();
  configure(allowed_ / L"another.bin");
  EXPECT_FALSE(service_.reload());
  EXPECT_FALSE(fs::exists(allowed_ / L"another.bin"));
  EXPECT_SHM(SHM_OK, write(Opened(L"saved"), "goes on"));
}

}  // namespace
}  // namespace shmbroker::tests
