// The monitor's tables: what they say, and how they are sorted.
#include <gmock/gmock.h>

#include "monitor/rows.h"
#include "tests/unit/monitor_channels.h"

namespace samples::monitor::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<Column> kColumns = {{L"Name", 1, Content::text}, {L"Count", 1, Content::number}};

Row row(const std::wstring& name, double number) {
  return {name, {{name}, {std::to_wstring(static_cast<int>(number)), number}}};
}

std::vector<std::wstring> keys(const std::vector<Row>& rows) {
  std::vector<std::wstring> all;
  all.reserve(rows.size());
  for (const Row& row : rows) all.push_back(row.key);
  return all;
}

std::vector<std::wstring> sorted(std::vector<Row> rows, Order order) {
  sort_rows(rows, kColumns, order);
  return keys(rows);
}

TEST(MonitorTable, SortsTextAsAReaderLooksForIt) {
  EXPECT_THAT(sorted({row(L"beta", 1), row(L"Alpha", 1), row(L"gamma", 1)}, {0, false}),
              ElementsAre(L"Alpha", L"beta", L"gamma"));
}

TEST(MonitorTable, SortsNumbersByTheirValue) {
  const std::vector<Row> rows = {row(L"a", 9), row(L"b", 100), row(L"c", 20)};
  EXPECT_THAT(sorted(rows, {1, false}), ElementsAre(L"a", L"c", L"b"));
  EXPECT_THAT(sorted(rows, {1, true}), ElementsAre(L"b", L"c", L"a"));
}

TEST(MonitorTable, SortsEqualRowsByTheirKeysInBothDirections) {
  const std::vector<Row> rows = {row(L"b", 1), row(L"c", 2), row(L"a", 1)};
  EXPECT_THAT(sorted(rows, {1, false}), ElementsAre(L"a", L"b", L"c"));
  EXPECT_THAT(sorted(rows, {1, true}), ElementsAre(L"c", L"a", L"b"));
}

TEST(MonitorTable, AChosenColumnTurnsRound) {
  EXPECT_EQ(choose_column({0, false}, 0, Content::text), (Order{0, true}));
  EXPECT_EQ(choose_column({0, true}, 0, Content::text), (Order{0, false}));
  EXPECT_EQ(choose_column({0, true}, 1, Content::number), (Order{1, true})) << "the largest first";
  EXPECT_EQ(choose_column({1, true}, 0, Content::text), (Order{0, false}));
}

enum ChannelCell { kName, kKind, kRate, kBytes, kFull, kLag, kLost, kReaders, kWriters, kHeldUpBy };

Row row_of(const Watched& watched, const Programs& programs = {}) {
  Observations observations;
  observations.add(snapshot_of({watched}));
  return channel_rows(observations, programs).at(0);
}

TEST(MonitorRows, EveryRowHasEveryColumn) {
  Watched watched = channel(L"a");
  add_client(watched, SHM_READ, 1);
  EXPECT_EQ(row_of(watched).cells.size(), channel_columns().size());
  EXPECT_EQ(client_rows(watched, {}).at(0).cells.size(), client_columns().size());
}

TEST(MonitorRows, AChannel) {
  Watched watched = channel(L"ticks");
  watched.state.backlog = 32768;
  add_client(watched, SHM_READ, 1).lag = 1536;
  add_client(watched, SHM_WRITE, 2);
  const Row row = row_of(watched);
  EXPECT_EQ(row.cells[kName].text, L"ticks");
  EXPECT_EQ(row.cells[kKind].text, L"topic, wait");
  EXPECT_EQ(row.cells[kRate].text, L"\u2013") << "not known yet";
  EXPECT_EQ(row.cells[kFull].text, L"50 %");
  EXPECT_EQ(row.cells[kLag].text, L"1.5 KiB");
  EXPECT_EQ(row.cells[kReaders].text, L"1");
  EXPECT_EQ(row.cells[kWriters].text, L"1");
  EXPECT_EQ(row.cells[kHeldUpBy].text, L"");
  EXPECT_FALSE(row.is_marked);
}

TEST(MonitorRows, ABlockHasNoRing) {
  Watched watched = channel(L"value");
  watched.state.kind = SHM_BLOCK;
  const Row row = row_of(watched);
  EXPECT_EQ(row.cells[kKind].text, L"block");
  EXPECT_EQ(row.cells[kFull].text, L"\u2013");
  EXPECT_EQ(row.cells[kLag].text, L"\u2013");
  EXPECT_EQ(row.cells[kLost].text, L"\u2013") << "of a value that was replaced, nothing is lost";
  EXPECT_LT(row.cells[kLag].number, 0) << "sorted below a lag of 0";
}

TEST(MonitorRows, WhoHoldsUpAChannelIsNamedAndMarked) {
  Watched watched = channel(L"journal");
  add_client(watched, SHM_READ, 42).flags = SHM_CLIENT_BLOCKS;
  watched.clients[0].lag = 65536;
  add_client(watched, SHM_WRITE, 43).flags = SHM_CLIENT_WAITING;
  const Programs programs = {{42, L"receiver.exe"}};
  const Row row = row_of(watched, programs);
  EXPECT_EQ(row.cells[kHeldUpBy].text, L"42 receiver.exe");
  EXPECT_TRUE(row.is_marked);
  const std::vector<Row> clients = client_rows(watched, programs);
  EXPECT_TRUE(clients[0].is_marked);
  EXPECT_EQ(clients[0].cells.back().text, L"HOLDS UP THE CHANNEL");
  EXPECT_FALSE(clients[1].is_marked);
  EXPECT_EQ(clients[1].cells.back().text, L"waits for room");
  Observations observations;
  observations.add(snapshot_of({watched}));
  EXPECT_EQ(held_up_text(*observations.find(L"journal"), programs),
            L"Held up by process 42 receiver.exe, a reader that has not read 64 KiB.");
}

TEST(MonitorRows, AnUnavailableChannelSaysWhy) {
  Watched watched = channel(L"journal");
  watched.state.flags = SHM_CHANNEL_UNAVAILABLE;
  set_text(watched.state.reason, L"cannot open the file");
  const Row row = row_of(watched);
  EXPECT_EQ(row.cells[kHeldUpBy].text, L"unavailable");
  EXPECT_TRUE(row.is_marked);
  Observations observations;
  observations.add(snapshot_of({watched}));
  EXPECT_EQ(held_up_text(*observations.find(L"journal"), {}), L"Unavailable: cannot open the file");
}

TEST(MonitorRows, WhoHoldsUpAChannelUnseenIsToldToo) {
  Watched watched = channel(L"journal");
  add_client(watched, SHM_WRITE, 43).flags = SHM_CLIENT_WAITING;
  watched.state.readers = 1;
  const Row row = row_of(watched);
  EXPECT_EQ(row.cells[kHeldUpBy].text, L"a process that you may not see");
  EXPECT_TRUE(row.is_marked);
}

TEST(MonitorRows, HandlesOfOneProcessHaveKeysOfTheirOwn) {
  Watched watched = channel(L"a");
  for (int i = 0; i < 2; ++i) add_client(watched, SHM_READ, 7);
  add_client(watched, SHM_WRITE, 7);
  EXPECT_THAT(keys(client_rows(watched, {})), ElementsAre(L"7 reader 1", L"7 reader 2", L"7 writer 1"));
}

TEST(MonitorRows, FactsSayWhoMayDoWhat) {
  Watched watched = channel(L"ticks");
  watched.state.access = SHM_READ;
  set_text(watched.state.rights, L"read: Users; write: Feed");
  Observations observations;
  observations.add(snapshot_of({watched}));
  const std::wstring facts = facts_of(*observations.find(L"ticks"));
  EXPECT_THAT(facts, HasSubstr(L"You may: read."));
  EXPECT_THAT(facts, HasSubstr(L"Rights: read: Users; write: Feed."));
  EXPECT_THAT(facts, HasSubstr(L"64 KiB"));
}

TEST(MonitorRows, OfAServiceTellItsCallsAndHowQuicklyItServes) {
  Watched watched = channel(L"prices");
  watched.state.kind = SHM_SERVICE;
  watched.state.messages = 1234;
  watched.state.calls_under_way = 3;
  watched.state.serve_p50 = 15;
  watched.state.serve_p99 = 200;
  add_client(watched, SHM_CLIENT, 43).flags = SHM_CLIENT_WAITING;
  watched.state.readers = 1;  // a server that may not be seen
  Observations observations;
  observations.add(snapshot_of({watched}));
  const Observed& observed = *observations.find(L"prices");
  const std::wstring facts = facts_of(observed);
  EXPECT_THAT(facts, HasSubstr(L"Calls so far: 1,234; under way: 3."));
  EXPECT_THAT(facts,
              HasSubstr(L"Served within 1.5 \u00B5s (half of the last requests), 20 \u00B5s (99 of 100)."));
  EXPECT_EQ(held_up_text(observed, {}), L"") << "who waits for an answer is not held up by anybody";
  Figures figures;
  figures.messages = 5;
  EXPECT_THAT(rate_title(SHM_SERVICE, figures), HasSubstr(L"calls/s"));
}

TEST(MonitorRows, LagIsToldInPercentToo) {
  Watched watched = channel(L"a");
  add_client(watched, SHM_READ, 1).lag = 16384;
  Observations observations;
  observations.add(snapshot_of({watched}));
  EXPECT_EQ(lag_title(*observations.find(L"a")), L"Lag: 16 KiB, 25 % of the channel");
}

}  // namespace
}  // namespace samples::monitor::tests
