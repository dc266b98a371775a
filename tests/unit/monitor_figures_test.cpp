// What the monitor makes of two looks at a channel, and what it remembers of many.
#include <gmock/gmock.h>

#include "monitor/curve.h"
#include "tests/unit/monitor_channels.h"

namespace samples::monitor::tests {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

TEST(MonitorFigures, HaveNoRateAtFirst) {
  const Watched now = channel(L"a", 1000, 500);
  EXPECT_EQ(figures_of(now, nullptr).messages, std::nullopt);
  EXPECT_EQ(figures_of(now, nullptr).bytes, std::nullopt);
}

TEST(MonitorFigures, RateIsTheDifferenceOverTheTimeThatPassed) {
  const Watched before = channel(L"a", 1000, 500);
  const Watched now = channel(L"a", 3000, 1500);
  EXPECT_THAT(figures_of(now, &before).messages, Optional(DoubleEq(500)));
}

TEST(MonitorFigures, AQuietChannelHasTheRateZero) {
  const Watched before = channel(L"a", 1000, 500);
  const Watched now = channel(L"a", 2000, 500);
  EXPECT_THAT(figures_of(now, &before).messages, Optional(0.0));
  EXPECT_THAT(figures_of(now, &before).bytes, Optional(0.0));
}

TEST(MonitorFigures, BytesAreTheWritersMeanSizeTimesTheRate) {
  Watched before = channel(L"a", 1000, 100);
  add_writer(before, 7, 100, 5000);
  Watched now = channel(L"a", 2000, 300);
  add_writer(now, 7, 200,
             7000);  // 100 messages of 20 bytes since; the other 100 came from one that has closed
  EXPECT_THAT(figures_of(now, &before).messages, Optional(DoubleEq(200)));
  EXPECT_THAT(figures_of(now, &before).bytes, Optional(DoubleEq(4000)));
}

TEST(MonitorFigures, AWriterThatIsNewCountsFromItsBeginning) {
  Watched before = channel(L"a", 1000, 0);
  Watched now = channel(L"a", 2000, 10);
  add_writer(now, 7, 10, 640);
  EXPECT_THAT(figures_of(now, &before).bytes, Optional(DoubleEq(640)));
}

TEST(MonitorFigures, BytesAreUnknownWhereNoWriterIsToBeSeen) {
  const Watched before = channel(L"a", 1000, 0);
  const Watched now = channel(L"a", 2000, 10);
  EXPECT_EQ(figures_of(now, &before).bytes, std::nullopt);
}

TEST(MonitorFigures, TwoHandlesOfAProcessCountTogether) {
  Watched before = channel(L"a", 1000, 30);
  add_writer(before, 7, 10, 100);
  add_writer(before, 7, 20, 200);
  Watched now = channel(L"a", 2000, 40);
  add_writer(now, 7, 20, 200);  // one of them has been closed: what it counted is gone
  EXPECT_THAT(figures_of(now, &before).messages, Optional(DoubleEq(10)));
  EXPECT_EQ(figures_of(now, &before).bytes, std::nullopt);
}

TEST(MonitorFigures, AChannelThatCountsFromTheBeginningIsAnotherOne) {
  const Watched before = channel(L"a", 1000, 500);
  const Watched now = channel(L"a", 2000, 3);
  EXPECT_EQ(figures_of(now, &before).messages, std::nullopt);
}

TEST(MonitorFigures, LagIsTheSlowestReadersAndLostIsEverybodys) {
  Watched now = channel(L"a");
  add_client(now, SHM_READ, 1).lag = 100;
  add_client(now, SHM_READ, 2).lag = 4000;
  now.clients[0].lost = 3;
  now.clients[1].lost = 4;
  EXPECT_EQ(figures_of(now, nullptr).lag, 4000u);
  EXPECT_EQ(figures_of(now, nullptr).lost, 7u);
}

TEST(MonitorFigures, NameWhoHoldsTheChannelUp) {
  Watched now = channel(L"a");
  add_client(now, SHM_READ, 1);
  add_client(now, SHM_READ, 2).flags = SHM_CLIENT_BLOCKS;
  add_client(now, SHM_WRITE, 3).flags = SHM_CLIENT_WAITING;
  EXPECT_EQ(figures_of(now, nullptr).held_up_by, HeldUpBy::process);
  EXPECT_EQ(figures_of(now, nullptr).blocker, 2u);
}

TEST(MonitorFigures, TellThatAWriterWaitsForSomebodyUnseen) {
  Watched now = channel(L"a");
  add_client(now, SHM_WRITE, 3).flags = SHM_CLIENT_WAITING;
  EXPECT_EQ(figures_of(now, nullptr).held_up_by, HeldUpBy::nobody) << "everybody is to be seen";
  now.state.readers = 1;
  EXPECT_EQ(figures_of(now, nullptr).held_up_by, HeldUpBy::unseen);
}

TEST(MonitorFigures, TellThatNobodyTakesAQueuesMessages) {
  Watched now = channel(L"a");
  now.state.kind = SHM_QUEUE;
  add_client(now, SHM_READ, 2).flags = SHM_CLIENT_WAITING;
  EXPECT_EQ(figures_of(now, nullptr).held_up_by, HeldUpBy::nobody) << "a reader waits for a message";
  add_client(now, SHM_WRITE, 3).flags = SHM_CLIENT_WAITING;
  EXPECT_EQ(figures_of(now, nullptr).held_up_by, HeldUpBy::no_reader);
}

// Where there are very many channels, most of them come as a summary alone.
TEST(MonitorFigures, ComeFromASummaryToo) {
  Watched now = channel(L"a", 2000, 300);
  now.is_summary = true;
  now.state.readers = 1;
  now.lag = 4000;
  now.lost = 7;
  now.state.flags = SHM_CHANNEL_HELD_UP;
  const Watched before = channel(L"a", 1000, 100);
  EXPECT_THAT(figures_of(now, &before).messages, Optional(DoubleEq(200)));
  EXPECT_EQ(figures_of(now, &before).lag, 4000u);
  EXPECT_EQ(figures_of(now, &before).lost, 7u);
  EXPECT_EQ(figures_of(now, &before).held_up_by, HeldUpBy::unseen);
  now.blocker = 9;
  EXPECT_EQ(figures_of(now, &before).held_up_by, HeldUpBy::process);
  EXPECT_EQ(figures_of(now, &before).blocker, 9u);
  now.state.flags = SHM_CHANNEL_UNTAKEN;
  EXPECT_EQ(figures_of(now, &before).held_up_by, HeldUpBy::no_reader);
}

TEST(MonitorFigures, PercentOfTheRing) {
  Watched now = channel(L"a");
  now.state.backlog = now.state.capacity / 4;
  EXPECT_EQ(percent_full(now.state), 25u);
  now.state.backlog = now.state.capacity * 2;  // it comes from memory that others write
  EXPECT_EQ(percent_full(now.state), 100u);
  now.state.kind = SHM_BLOCK;
  EXPECT_EQ(percent_full(now.state), 0u);
}

TEST(MonitorObservations, KeepTwoMinutes) {
  Observations observations;
  for (uint64_t second = 0; second <= 300; ++second) {
    observations.add(snapshot_of({channel(L"a", 1000 * second, 10 * second)}));
  }
  const Observed* observed = observations.find(L"a");
  ASSERT_NE(observed, nullptr);
  EXPECT_THAT(observed->past, SizeIs(121));
  EXPECT_EQ(observed->past.front().time_ms, 180'000u);
  EXPECT_THAT(observed->past.back().rate, Optional(DoubleEq(10)));
}

TEST(MonitorObservations, ForgetAChannelThatHasGone) {
  Observations observations;
  observations.add(snapshot_of({channel(L"a", 1000, 1), channel(L"b", 1000, 1)}));
  observations.add(snapshot_of({channel(L"b", 2000, 1)}));
  EXPECT_EQ(observations.find(L"a"), nullptr);
  EXPECT_THAT(observations.channels(), SizeIs(1));
  observations.add(snapshot_of({channel(L"a", 3000, 9)}));
  EXPECT_EQ(observations.find(L"a")->figures.messages, std::nullopt) << "another one of this name";
}

TEST(MonitorObservations, OutlastTheServicesAbsence) {
  Observations observations;
  observations.add(snapshot_of({channel(L"a", 1000, 100)}));
  observations.add(snapshot_of({channel(L"a", 2000, 200)}));
  Snapshot trouble;
  trouble.trouble = L"not running";
  observations.add(trouble);
  EXPECT_THAT(observations.channels(), IsEmpty());
  EXPECT_EQ(observations.find(L"a"), nullptr);
  observations.add(snapshot_of({channel(L"a", 12'000, 700)}));
  const Observed* observed = observations.find(L"a");
  ASSERT_NE(observed, nullptr);
  EXPECT_THAT(observed->past, SizeIs(3));
  EXPECT_THAT(observed->figures.messages, Optional(DoubleEq(50))) << "it went on meanwhile";
}

std::vector<size_t> lengths(const Curve& curve) {
  std::vector<size_t> all;
  all.reserve(curve.size());
  for (const auto& stretch : curve) all.push_back(stretch.size());
  return all;
}

TEST(MonitorCurve, EndsNow) {
  const Curve curve = lag_curve({{1000, std::nullopt, 5}, {2000, 1.0, 7}});
  ASSERT_THAT(lengths(curve), ElementsAre(2));
  EXPECT_DOUBLE_EQ(curve[0][0].age, 1);
  EXPECT_DOUBLE_EQ(curve[0][1].age, 0);
  EXPECT_DOUBLE_EQ(peak(curve), 7);
}

TEST(MonitorCurve, HasAGapWhereNothingIsKnown) {
  const std::deque<Sample> past = {{1000, std::nullopt, 0}, {2000, 1.0, 0}, {3000, 2.0, 0},
                                   {4000, std::nullopt, 0}, {5000, 3.0, 0}, {20'000, 4.0, 0}};
  EXPECT_THAT(lengths(rate_curve(past)), ElementsAre(2, 1, 1));
  EXPECT_THAT(lengths(lag_curve(past)), ElementsAre(5, 1));
}

TEST(MonitorCurve, OfNothingIsEmpty) {
  EXPECT_THAT(rate_curve({}), IsEmpty());
  EXPECT_DOUBLE_EQ(peak({}), 0);
}

}  // namespace
}  // namespace samples::monitor::tests
