// monitor.exe, as a person uses it, with a service that is used meanwhile.
#include "monitor/monitor.h"

#include <windows.h>

#include <shmbroker/watch.h>

#include <atomic>
#include <thread>

#include "tests/samples/program_window.h"
#include "tests/support/rings.h"
#include "tests/support/stopped_process.h"

namespace shmbroker::tests {
namespace {

enum ChannelColumn { kName, kKind, kRate, kBytes, kFull, kLag, kLost, kReaders, kWriters, kHeldUpBy };
enum ClientColumn { kProcess, kSide, kSession = 3, kState = 9 };
enum MessageColumn { kNumber, kTime, kSize, kContent };

constexpr size_t kRing = 64 * 1024;

class Monitor : public ServiceTest {
 protected:
  Monitor()
      : ServiceTest(config_of({block("MapName"), topic("journal", "wait", kRing),
                               topic("ticks", "overwrite", kRing), queue("jobs", kRing)})) {}
};

// The row of a list whose cell in this column begins so; -1: none.
int find_row(const ProgramWindow& window, int list, int column, const std::wstring& text) {
  for (int row = 0; row < window.rows(list); ++row) {
    if (window.cell(list, row, column).starts_with(text)) return row;
  }
  return -1;
}

std::wstring channel_cell(const ProgramWindow& monitor, const std::wstring& channel, int column) {
  const int row = find_row(monitor, IDC_CHANNELS, kName, channel);
  return row < 0 ? L"no such row" : monitor.cell(IDC_CHANNELS, row, column);
}

bool shows_cell(const ProgramWindow& monitor, const std::wstring& channel, int column,
                const std::wstring& text) {
  return eventually([&] { return channel_cell(monitor, channel, column) == text; });
}

bool shows_rows(const ProgramWindow& window, int list, int count) {
  return eventually([&] { return window.rows(list) == count; });
}

std::wstring selected_channel(const ProgramWindow& monitor) {
  const int row = monitor.selected_row(IDC_CHANNELS);
  return row < 0 ? L"" : monitor.cell(IDC_CHANNELS, row, kName);
}

uint32_t readers_of(const wchar_t* channel) {
  ShmChannelState state{};
  state.size = sizeof state;
  uint32_t count = 0;
  EXPECT_SHM(SHM_OK, ShmInspect(channel, &state, nullptr, 0, &count));
  return state.readers;
}

TEST_F(Monitor, ListsChannelsAndWhoHasThemOpen) {
  const ProgramWindow monitor(L"monitor.exe", L"ticks");
  ASSERT_TRUE(shows_rows(monitor, IDC_CHANNELS, 4));
  EXPECT_EQ(channel_cell(monitor, L"MapName", kKind), L"block");
  EXPECT_EQ(channel_cell(monitor, L"journal", kKind), L"topic, wait");
  EXPECT_EQ(channel_cell(monitor, L"ticks", kKind), L"topic, overwrite");
  EXPECT_EQ(channel_cell(monitor, L"jobs", kKind), L"queue");
  EXPECT_EQ(selected_channel(monitor), L"ticks") << "as the command line asks";
  EXPECT_TRUE(monitor.shows(IDC_FACTS, L"ticks: topic, overwrite, 64 KiB"));

  Peer peer;
  peer.open("ticks", "r");
  const Opened out(L"ticks", SHM_WRITE);
  EXPECT_TRUE(shows_cell(monitor, L"ticks", kReaders, L"1"));
  EXPECT_TRUE(shows_cell(monitor, L"ticks", kWriters, L"1"));
  ASSERT_TRUE(shows_rows(monitor, IDC_CLIENTS, 2));
  const int row = find_row(monitor, IDC_CLIENTS, kProcess, std::to_wstring(peer.pid()));
  ASSERT_GE(row, 0);
  EXPECT_EQ(monitor.cell(IDC_CLIENTS, row, kSide), L"reader");
  EXPECT_EQ(monitor.cell(IDC_CLIENTS, row, kProcess), std::to_wstring(peer.pid()) + L" peer.exe");
}

TEST_F(Monitor, ShowsTheRate) {
  const ProgramWindow monitor(L"monitor.exe", L"ticks");
  EXPECT_TRUE(shows_cell(monitor, L"ticks", kRate, L"0"));
  EXPECT_TRUE(monitor.shows(IDC_RATE_TITLE, L"Rate: 0 messages/s"));
  const Opened out(L"ticks", SHM_WRITE);
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (; !done; Sleep(5)) write(out, "0123456789");
  });
  EXPECT_TRUE(eventually([&] { return channel_cell(monitor, L"ticks", kRate).size() >= 2; }))
      << "some dozens";
  const std::wstring bytes = channel_cell(monitor, L"ticks", kBytes);
  EXPECT_TRUE(bytes.ends_with(L" B") || bytes.ends_with(L" KiB"));
  done = true;
  writer.join();
  EXPECT_TRUE(shows_cell(monitor, L"ticks", kRate, L"0"));
  EXPECT_TRUE(shows_cell(monitor, L"ticks", kBytes, L"0 B"));
}

TEST_F(Monitor, MarksAReaderThatHoldsUpAWaitTopic) {
  const ProgramWindow monitor(L"monitor.exe", L"journal");
  Peer slow;
  const ShmChannel in = slow.open("journal", "r");
  const Opened out(L"journal", SHM_WRITE);
  const uint64_t count = fill(out);
  const std::wstring pid = std::to_wstring(slow.pid());
  EXPECT_TRUE(shows_cell(monitor, L"journal", kHeldUpBy, pid + L" peer.exe"));
  EXPECT_TRUE(monitor.shows(IDC_HELD_UP, L"Held up by process " + pid));
  EXPECT_TRUE(eventually([&] {
    const int row = find_row(monitor, IDC_CLIENTS, kProcess, pid);
    return row >= 0 && monitor.cell(IDC_CLIENTS, row, kState) == L"HOLDS UP THE CHANNEL";
  }));
  for (uint64_t i = 0; i < count; ++i) EXPECT_SHM(SHM_OK, slow.read(in, 0).status);
  EXPECT_SHM(SHM_E_EMPTY, slow.read(in, 0).status);
  EXPECT_TRUE(shows_cell(monitor, L"journal", kHeldUpBy, L""));
  EXPECT_TRUE(eventually([&] { return monitor.text_of(IDC_HELD_UP).empty(); }));
}

TEST_F(Monitor, SaysThatTheServiceHasStoppedAndFindsItAgain) {
  const ProgramWindow monitor(L"monitor.exe", L"ticks");
  ASSERT_TRUE(shows_rows(monitor, IDC_CHANNELS, 4));
  service.stop();
  EXPECT_TRUE(monitor.shows(IDC_STATUS, L"sc.exe start ShmBroker"));
  EXPECT_EQ(monitor.rows(IDC_CHANNELS), 0);
  EXPECT_EQ(monitor.rows(IDC_CLIENTS), 0);
  service.start();
  EXPECT_TRUE(monitor.shows(IDC_STATUS, L"4 channels"));
  EXPECT_EQ(selected_channel(monitor), L"ticks") << "the selection is the user's";
}

TEST_F(Monitor, KeepsTheSelectionWhenItSorts) {
  const ProgramWindow monitor(L"monitor.exe", L"journal");
  ASSERT_TRUE(shows_rows(monitor, IDC_CHANNELS, 4));
  EXPECT_EQ(monitor.cell(IDC_CHANNELS, 0, kName), L"jobs");
  monitor.command(IDM_SORT);
  EXPECT_EQ(monitor.cell(IDC_CHANNELS, 0, kName), L"ticks") << "the other way round";
  EXPECT_EQ(selected_channel(monitor), L"journal");
  monitor.command(IDM_SORT + kKind);
  EXPECT_EQ(monitor.cell(IDC_CHANNELS, 0, kName), L"MapName") << "the block";
  EXPECT_EQ(selected_channel(monitor), L"journal");
  monitor.key(IDC_CHANNELS, VK_HOME);
  EXPECT_TRUE(monitor.shows(IDC_FACTS, L"MapName: block")) << "which is the first row now";
}

TEST_F(Monitor, AsksNothingWhileItIsMinimized) {
  const ProgramWindow monitor(L"monitor.exe");
  ASSERT_TRUE(monitor.shows(IDC_STATUS, L"4 channels, asked at "));
  monitor.system_command(SC_MINIMIZE);
  const Opened out(L"ticks", SHM_WRITE);
  Sleep(2500);
  EXPECT_EQ(channel_cell(monitor, L"ticks", kWriters), L"0");
  monitor.system_command(SC_RESTORE);
  EXPECT_TRUE(shows_cell(monitor, L"ticks", kWriters, L"1"));
}

TEST_F(Monitor, ShowsTheLastMessagesAsTextAndInHexadecimal) {
  ProgramWindow monitor(L"monitor.exe", L"ticks");
  ASSERT_TRUE(shows_rows(monitor, IDC_CHANNELS, 4));
  const Opened out(L"ticks", SHM_WRITE);
  write(out, "first");
  monitor.key(IDC_CHANNELS, VK_RETURN);
  ASSERT_TRUE(monitor.turn_to(L"ticks \u2013 last messages"));
  ASSERT_TRUE(shows_rows(monitor, IDC_MESSAGES, 1));
  EXPECT_EQ(monitor.cell(IDC_MESSAGES, 0, kNumber), L"1");
  EXPECT_EQ(monitor.cell(IDC_MESSAGES, 0, kSize), L"5");
  EXPECT_EQ(monitor.cell(IDC_MESSAGES, 0, kContent), L"first");
  EXPECT_TRUE(monitor.shows(IDC_CONTENT, L"first"));
  write(out, "second\nline");
  ASSERT_TRUE(shows_rows(monitor, IDC_MESSAGES, 2)) << "live";
  EXPECT_TRUE(monitor.shows(IDC_CONTENT, L"second\r\nline")) << "the newest one";
  monitor.command(IDM_TOGGLE_HEX);
  EXPECT_TRUE(monitor.shows(IDC_CONTENT, L"00000000  73 65 63 6f 6e 64 0a 6c  69 6e 65"));
  EXPECT_EQ(monitor.cell(IDC_MESSAGES, 0, kContent), L"66 69 72 73 74");
  monitor.command(IDM_TOGGLE_HEX);
  EXPECT_TRUE(monitor.shows(IDC_CONTENT, L"second\r\nline"));
  monitor.key(IDC_MESSAGES, VK_ESCAPE);
  EXPECT_TRUE(eventually([&] { return monitor.has_gone(); }));
  EXPECT_TRUE(eventually([] { return readers_of(L"ticks") == 0; }));
  EXPECT_TRUE(monitor.turn_to(L"ShmBroker monitor")) << "which goes on";
}

TEST_F(Monitor, TakesNothingFromAQueue) {
  const Opened out(L"jobs", SHM_WRITE);
  for (const char* job : {"1", "2", "3"}) write(out, job);
  ProgramWindow monitor(L"monitor.exe", L"jobs");
  ASSERT_TRUE(shows_rows(monitor, IDC_CHANNELS, 4));
  monitor.command(IDM_OPEN);
  ASSERT_TRUE(monitor.turn_to(L"jobs \u2013 last messages"));
  EXPECT_TRUE(monitor.shows(IDC_HOW, L"takes it away"));
  EXPECT_EQ(monitor.rows(IDC_MESSAGES), 0);
  const Opened in(L"jobs", SHM_READ);
  for (const char* job : {"1", "2", "3"}) EXPECT_EQ(read(in), (Answer{SHM_OK, job}));
}

TEST_F(Monitor, HoldsUpNoWriterOfAWaitTopicThoughItIsStopped) {
  const Opened out(L"journal", SHM_WRITE);
  write(out, "first");
  ProgramWindow monitor(L"monitor.exe", L"journal");
  ASSERT_TRUE(shows_rows(monitor, IDC_CHANNELS, 4));
  monitor.command(IDM_OPEN);
  ASSERT_TRUE(monitor.turn_to(L"journal \u2013 last messages"));
  ASSERT_TRUE(shows_rows(monitor, IDC_MESSAGES, 1));
  EXPECT_TRUE(monitor.shows(IDC_HOW, L"open only for that moment"));
  // Until something is written, it does not look again.
  ASSERT_TRUE(eventually([] { return readers_of(L"journal") == 0; }));
  const Stopped stopped(monitor.pid());
  for (uint64_t i = 0; i < 10 * kRing / 500; ++i) ASSERT_SHM(SHM_OK, write(out, numbered(i)));
}

// Also by which the table is sorted: then the arrow stands beside it.
TEST_F(Monitor, HasRoomForItsHeadings) {
  constexpr int kArrowAndSpace = 20;  // at 96 DPI
  const ProgramWindow monitor(L"monitor.exe");
  ASSERT_TRUE(shows_rows(monitor, IDC_CHANNELS, 4));
  const auto has_room = [&](int list, int column, const wchar_t* heading) {
    return monitor.column_width(list, column) >= monitor.text_width(list, heading) + kArrowAndSpace;
  };
  EXPECT_GT(monitor.text_width(IDC_CHANNELS, L"Readers"), 20);
  EXPECT_TRUE(has_room(IDC_CHANNELS, kReaders, L"Readers"));
  EXPECT_TRUE(has_room(IDC_CHANNELS, kWriters, L"Writers"));
  EXPECT_TRUE(has_room(IDC_CHANNELS, kRate, L"Messages/s"));
  EXPECT_TRUE(has_room(IDC_CLIENTS, kSession, L"Session"));
}

TEST_F(Monitor, SaysWhatIsWrongWithItsCommandLine) {
  constexpr int kMessageBoxText = 0xFFFF;
  EXPECT_TRUE(ProgramWindow(L"monitor.exe", L"--nonsense").shows(kMessageBoxText, L"See: monitor --help"));
  EXPECT_TRUE(ProgramWindow(L"monitor.exe", L"--help").shows(kMessageBoxText, L"The channel to begin with"));
  const ProgramWindow monitor(L"monitor.exe", L"nowhere");
  EXPECT_TRUE(monitor.shows(IDC_FACTS, L"no channel 'nowhere'"));
}

}  // namespace
}  // namespace shmbroker::tests
