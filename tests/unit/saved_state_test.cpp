// The state file is written once for all that waits for it, and says whose memory is known by it.
#include "service/broker/saved_state.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "service/support/error.h"

namespace shmbroker::service {
namespace {

namespace fs = std::filesystem;

class SavedStateTest : public testing::Test {
 protected:
  SavedStateTest() {
    folder_ = fs::temp_directory_path() / (L"shmbroker-state-" + std::to_wstring(GetCurrentProcessId()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~SavedStateTest() override { fs::remove_all(folder_); }

  fs::path file() const { return folder_ / L"state.json"; }
  void make_unwritable() const { fs::create_directories(folder_ / L"state.json.new"); }

  static State::Known known(const std::string& name, uint64_t instance) {
    State::Known known;
    known.instance = {{instance, 0}};
    known.config.name = name;
    known.config.creator = "S-1-5-18";
    return known;
  }

  // Notes a channel and waits for the file.
  void note(SavedState& state, const std::string& name) {
    state.note(name, known(name, 7));
    state.save_soon([this](const std::exception_ptr& failure) { failure ? ++failed_ : ++saved_; });
  }

  fs::path folder_;
  EventLoop loop_;
  ClientWatch watch_{loop_, [](const Client&) {}};
  int saved_ = 0;
  int failed_ = 0;
};

TEST_F(SavedStateTest, IsWrittenOnceForAllThatWait) {
  SavedState state(file(), watch_);
  for (const char* name : {"a", "b", "c"}) note(state, name);
  EXPECT_FALSE(fs::exists(file()));
  EXPECT_EQ(saved_, 0);
  EXPECT_FALSE(state.has_saved("a"));
  EXPECT_EQ(state.save_if_due(), DWORD{INFINITE});
  EXPECT_EQ(saved_, 3);
  EXPECT_TRUE(state.has_saved("a"));
  EXPECT_EQ(load_state(file()).channels.size(), 3u);
  fs::remove(file());
  state.save_if_due();
  EXPECT_FALSE(fs::exists(file())) << "nothing has changed";
}

TEST_F(SavedStateTest, TellsAllThatWaitThatItCannotBeWritten) {
  make_unwritable();
  SavedState state(file(), watch_);
  for (const char* name : {"a", "b", "c"}) note(state, name);
  state.save_if_due();
  EXPECT_EQ(failed_, 3);
  EXPECT_EQ(saved_, 0);
  EXPECT_FALSE(state.has_saved("b"));
}

TEST_F(SavedStateTest, IsDueAgainWhereWhoWaitedChangesIt) {
  SavedState state(file(), watch_);
  state.save_soon([&](const std::exception_ptr&) { note(state, "later"); });
  EXPECT_EQ(state.save_if_due(), 0u);
  EXPECT_EQ(saved_, 0);
  state.save_if_due();
  EXPECT_EQ(saved_, 1);
}

TEST_F(SavedStateTest, HasNotSavedMemoryThatWasMadeAnew) {
  SavedState state(file(), watch_);
  note(state, "a");
  state.save_if_due();
  state.note("a", known("a", 7));
  EXPECT_TRUE(state.has_saved("a"));
  state.note("a", known("a", 8));
  EXPECT_FALSE(state.has_saved("a"));
}

}  // namespace
}  // namespace shmbroker::service
