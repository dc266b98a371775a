// Blocks that are kept in files: the content outlives the service, and what is wrong with a file is said.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "core/win/handle.h"
#include "tests/integration/peer_process.h"
#include "tests/integration/service_fixture.h"

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
  std::string config_for(const fs::path& file, const std::string& region = {}) const {
    std::string saved = block("saved", 64);
    saved.insert(saved.rfind('}'), R"(, "file": { "path": ")" + file.generic_string() + "\"" + region + " }");
    const std::string config = config_of({saved, block("plain")});
    return config.substr(0, config.rfind('}')) + R"(, "file_folders": [")" + allowed_.generic_string() +
           "\"] }";
  }
  void expect_refused(const std::string& reason) {
    EXPECT_EQ(service_.start_and_fail().dwServiceSpecificExitCode, 1u);
    EXPECT_THAT(service_.log(), AllOf(HasSubstr("channel 'saved'"), HasSubstr(reason)));
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
  EXPECT_EQ(read_file(file_), "value");
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
  expect_refused("has 65 bytes, more than the block's capacity of 64");
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
  expect_refused("cannot open the file");
  EXPECT_FALSE(fs::exists(file_)) << "a region's file is not made";
  write_file(file_, std::string(67, '.'));
  expect_refused("ends before its region of 64 bytes at 4 does");
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
  if (!may_write) expect_refused("cannot open the file");
  SetFileAttributesW(file_.c_str(), FILE_ATTRIBUTE_NORMAL);
  if (may_write) GTEST_SKIP() << "under Wine, root may write to a read-only file";
}

TEST_F(File, ThatAnotherHasLockedIsRefused) {
  write_file(file_, "value");
  const win::Handle other(CreateFileW(file_.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, nullptr,
                                      OPEN_EXISTING, 0, nullptr));
  ASSERT_TRUE(other);
  expect_refused("cannot open the file");
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
    expect_refused("which is under none of the file_folders");
    EXPECT_FALSE(fs::exists(path)) << path;
  }
  configure(allowed_ / L"missing" / L"x.bin");
  expect_refused("cannot open");
}

TEST_F(File, BehindALinkOutOfTheFolderIsRefused) {
  const fs::path outside = folder_.path() / L"outside";
  fs::create_directories(outside);
  constexpr DWORD kFlags = SYMBOLIC_LINK_FLAG_DIRECTORY | SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE;
  const bool made = CreateSymbolicLinkW((allowed_ / L"link").c_str(), outside.c_str(), kFlags) != FALSE;
  if (!made || !fs::exists(allowed_ / L"link"))
    GTEST_SKIP() << "no links here; Wine only says that it made one";
  configure(allowed_ / L"link" / L"x.bin");
  expect_refused("which is under none of the file_folders");
  EXPECT_FALSE(fs::exists(outside / L"x.bin"));
  fs::remove(allowed_ / L"link");
}

TEST_F(File, WithAnotherNameElsewhereIsRefused) {
  write_file(file_, "value");
  if (!CreateHardLinkW((folder_.path() / L"other name.bin").c_str(), file_.c_str(), nullptr))
    GTEST_SKIP() << "no hard links here, error " << GetLastError();
  expect_refused("has 2 names");
}

TEST_F(File, OfAnotherChannelIsRefused) {
  std::string config = config_for(file_);
  config.replace(
      config.find(R"("plain", "kind": "block", "capacity": 512)"),
      std::string(R"("plain", "kind": "block", "capacity": 512)").size(),
      R"("plain", "kind": "block", "capacity": 64, "file": { "path": ")" + file_.generic_string() + "\" }");
  service_.configure(config);
  EXPECT_EQ(service_.start_and_fail().dwServiceSpecificExitCode, 1u);
  EXPECT_THAT(service_.log(), AllOf(HasSubstr("channel 'plain'"), HasSubstr("cannot open the file")));
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
