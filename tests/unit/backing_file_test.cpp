// A block's file: what is in it wherever a save is cut off, and several blocks in one file. The file's own
// sources are compiled once more here, so that each write of theirs passes a point at which the test looks,
// or fails.
#include "service/broker/backing_file.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "core/crash_point.h"
#include "service/support/error.h"

namespace {
std::function<void(const std::string& point)> at_point;
}

void shmbroker::core::crash_point(const char* name) {
  if (at_point) at_point(name);
}

namespace shmbroker::service {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr uint64_t kCapacity = 24;
constexpr uint64_t kOffset = 4;

std::string read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

// The text of what fails; "" where nothing does.
std::string failure_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

class Folder {
 public:
  Folder() {
    static int count = 0;
    path_ = fs::temp_directory_path() /
            (L"shmbroker-file-" + std::to_wstring(GetCurrentProcessId()) + L"-" + std::to_wstring(++count));
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class BackingFileTest : public testing::Test {
 protected:
  ~BackingFileTest() override { at_point = nullptr; }

  fs::path file() const { return folder_.path() / L"value.bin"; }
  std::unique_ptr<BackingFile> open(const fs::path& path, std::optional<uint64_t> offset = {},
                                    const std::string& channel = "saved") {
    return std::make_unique<BackingFile>(files_, channel, FileConfig{path.generic_string(), offset},
                                         kCapacity, std::vector{folder_.path().generic_string()});
  }
  static std::string value_in(const BackingFile& file) {
    std::string value(static_cast<size_t>(file.size()), '\0');
    file.load(std::as_writable_bytes(std::span(value)));
    return value;
  }

  Folder folder_;
  FileRegions files_;
};

TEST_F(BackingFileTest, LeavesNoJournalBehind) {
  {
    const auto saved = open(file());
    EXPECT_TRUE(fs::exists(folder_.path() / L"value.bin.journal"));
    for (const std::string& value : {std::string("long value"), std::string("short"), std::string()}) {
      saved->save(bytes_of(value));
      EXPECT_EQ(read_file(file()), value);
      EXPECT_EQ(read_file(folder_.path() / L"value.bin.journal"), "");
    }
  }
  EXPECT_FALSE(fs::exists(folder_.path() / L"value.bin.journal"));
}

// ---- cut off

struct Cut {
  std::string old_value;
  std::string new_value;
  bool is_region = false;
};
void PrintTo(const Cut& cut, std::ostream* out) {
  *out << '"' << cut.old_value << "\" to \"" << cut.new_value << (cut.is_region ? "\" in a region" : "\"");
}

class CutOff : public BackingFileTest, public testing::WithParamInterface<Cut> {
 protected:
  // Both files as a death or a power cut could leave them.
  struct Disk {
    std::string file;
    std::string journal;
    bool operator==(const Disk&) const = default;
  };

  std::optional<uint64_t> offset() const {
    return GetParam().is_region ? std::optional(kOffset) : std::nullopt;
  }
  fs::path journal() const { return journal_of(folder_.path()); }
  fs::path journal_of(const fs::path& folder) const {
    return folder / (GetParam().is_region ? L"value.bin.4.journal" : L"value.bin.journal");
  }
  std::string content_with(const std::string& value) const {
    return GetParam().is_region ? "HEAD" + padded(value) + "TAIL" : value;
  }
  std::string padded(const std::string& value) const {
    return GetParam().is_region ? value + std::string(kCapacity - value.size(), '\0') : value;
  }
  Disk disk() const { return {read_file(file()), read_file(journal())}; }

  // All that the disk may have had in the course of a save. What was written since the last flush may have
  // come to it, or not.
  std::vector<Disk> cuts_of(BackingFile& saved) {
    std::vector<Disk> cuts;
    Disk flushed = disk();
    Disk before;
    bool flushes = false;
    at_point = [&](const std::string& point) {
      if (flushes) flushed = before;
      before = disk();
      flushes = point == "file.flush";
      cuts.push_back(before);
      cuts.push_back({flushed.file, before.journal});
      cuts.push_back({before.file, flushed.journal});
      cuts.push_back(flushed);
    };
    saved.save(bytes_of(GetParam().new_value));
    at_point = nullptr;
    std::ranges::sort(cuts, {}, [](const Disk& cut) { return std::pair(cut.file, cut.journal); });
    cuts.erase(std::ranges::unique(cuts).begin(), cuts.end());
    return cuts;
  }
};

TEST_P(CutOff, LeavesTheOldValueOrTheNew) {
  write_file(file(), content_with(GetParam().old_value));
  std::vector<Disk> cuts;
  {
    const auto saved = open(file(), offset());
    cuts = cuts_of(*saved);
  }
  EXPECT_EQ(read_file(file()), content_with(GetParam().new_value));
  EXPECT_GT(cuts.size(), 8u);
  const fs::path folder = folder_.path() / L"cut";
  fs::create_directories(folder);
  int olds = 0;
  int news = 0;
  for (const Disk& cut : cuts) {
    write_file(folder / L"value.bin", cut.file);
    write_file(journal_of(folder), cut.journal);
    std::string value;
    EXPECT_EQ(failure_of([&] { value = value_in(*open(folder / L"value.bin", offset())); }), "");
    olds += value == padded(GetParam().old_value) ? 1 : 0;
    news += value == padded(GetParam().new_value) ? 1 : 0;
    EXPECT_EQ(read_file(folder / L"value.bin"), content_with(value))
        << "nothing else of the file has changed";
    EXPECT_FALSE(fs::exists(journal_of(folder)));
  }
  EXPECT_EQ(olds + news, static_cast<int>(cuts.size()));
  EXPECT_GT(olds, 0);
  EXPECT_GT(news, 0);
}

TEST_P(CutOff, ByADiskThatIsFullOrBrokenGoesOnWithTheNextSave) {
  const std::string next = "the next one";
  for (int passes = 0;; ++passes) {
    write_file(file(), content_with(GetParam().old_value));
    auto saved = open(file(), offset());
    int left = passes;
    at_point = [&](const std::string&) {
      if (left-- == 0) throw Error("the disk is full", ERROR_DISK_FULL);
    };
    const std::string failure = failure_of([&] { saved->save(bytes_of(GetParam().new_value)); });
    at_point = nullptr;
    if (passes % 2 == 0) {
      EXPECT_EQ(failure_of([&] { saved->save(bytes_of(next)); }), "");
      EXPECT_EQ(read_file(file()), content_with(next)) << passes;
    }
    saved = nullptr;
    const std::string value = value_in(*open(file(), offset()));
    EXPECT_TRUE(value == padded(GetParam().old_value) || value == padded(GetParam().new_value) ||
                (passes % 2 == 0 && value == padded(next)))
        << passes << ": " << value;
    if (failure.empty()) break;
    ASSERT_LT(passes, 200);
  }
}

INSTANTIATE_TEST_SUITE_P(OfA, CutOff,
                         testing::Values(Cut{"old", "a longer new value"}, Cut{"a longer old value", "new"},
                                         Cut{"some value", ""}, Cut{"", "first"},
                                         Cut{"old", "a longer new value", true},
                                         Cut{"a longer old value", "new", true}));

TEST_F(BackingFileTest, IgnoresAJournalWhoseNumbersAreWrong) {
  for (const std::string& content : {std::string("x"), std::string(4096 + 3, 'x'), std::string(4096, '\0')}) {
    write_file(file(), "value");
    write_file(folder_.path() / L"value.bin.journal", content);
    EXPECT_EQ(value_in(*open(file())), "value");
    EXPECT_FALSE(fs::exists(folder_.path() / L"value.bin.journal"));
  }
}

TEST_F(BackingFileTest, RefusesAJournalThatHasASecondName) {
  write_file(file(), "value");
  write_file(folder_.path() / L"other", "x");
  if (!CreateHardLinkW((folder_.path() / L"value.bin.journal").c_str(), (folder_.path() / L"other").c_str(),
                       nullptr))
    GTEST_SKIP() << "no hard links here, error " << GetLastError();
  EXPECT_THAT(failure_of([&] { open(file()); }), HasSubstr("second name"));
  EXPECT_EQ(read_file(folder_.path() / L"other"), "x");
}

// ---- several in one file

TEST_F(BackingFileTest, SharesAFileByRegions) {
  write_file(file(), "HEAD" + std::string(2 * kCapacity, '.') + "TAIL");
  auto first = open(file(), kOffset, "first");
  auto second = open(folder_.path() / L"VALUE.bin", kOffset + kCapacity, "second");
  second->save(bytes_of("two"));
  first->save(bytes_of("one"));
  const std::string rest(kCapacity - 3, '\0');
  EXPECT_EQ(read_file(file()), "HEADone" + rest + "two" + rest + "TAIL");
  first = nullptr;
  second->save(bytes_of("2"));
  EXPECT_EQ(value_in(*second), "2" + std::string(kCapacity - 1, '\0'));
  EXPECT_EQ(value_in(*open(file(), kOffset, "first")), "one" + rest);
}

TEST_F(BackingFileTest, RefusesRegionsThatOverlapAndSaysWhose) {
  write_file(file(), std::string(100, '.'));
  const auto first = open(file(), 10, "first");
  for (const uint64_t offset : {uint64_t{0}, uint64_t{10}, uint64_t{10 + kCapacity - 1}}) {
    EXPECT_THAT(failure_of([&] { open(file(), offset, "second"); }),
                testing::AllOf(HasSubstr("overlap with what channel 'first' has of it"),
                               HasSubstr("bytes 10 to 33")));
  }
  EXPECT_THAT(failure_of([&] { open(file(), {}, "second"); }), HasSubstr("the whole of it"));
  EXPECT_EQ(failure_of([&] { open(file(), 10 + kCapacity, "second"); }), "");
}

TEST_F(BackingFileTest, RefusesAPathThatWindowsWouldTakeForAnother) {
  for (const wchar_t* name : {L"value.bin.", L"value.bin "}) {
    EXPECT_THAT(failure_of([&] { open(folder_.path() / name); }), HasSubstr("leave it out"));
  }
  EXPECT_THAT(failure_of([&] { open(L"value.bin"); }), HasSubstr("not a full one"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 0);
}

}  // namespace
}  // namespace shmbroker::service
