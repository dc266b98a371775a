// sender_gui.exe and receiver_gui.exe, as a person uses them.
#include <cwchar>

#include "samples/cpp/receiver_gui.h"
#include "tests/samples/program_window.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

// Of sender_gui.h, whose names are the receiver's too.
constexpr int kSenderText = 102;
constexpr int kSenderRepeat = 103;
constexpr int kSenderStatus = 105;
constexpr int kTextColumn = 3;
constexpr wchar_t kNote[] = L"简单的共享内存示例 \xD83C\xDF88";

std::string topic(const std::string& name) {
  return R"({ "name": ")" + name +
         R"(", "kind": "topic", "capacity": "64 KiB", "access": { "read": ["Everyone"], "write": ["Everyone"] } })";
}

class SampleWindows : public ServiceTest {
 protected:
  SampleWindows() : ServiceTest(config_of({block("MapName"), topic("ticks")})) {}
};

bool received(const ProgramWindow& receiver, int count) {
  return receiver.shows(IDC_COUNTS, L"Received: " + std::to_wstring(count) + L" ");
}

TEST_F(SampleWindows, SendTextToEachOther) {
  const ProgramWindow receiver(L"receiver_gui.exe");
  const ProgramWindow sender(L"sender_gui.exe");
  sender.type(kSenderText, kNote);
  sender.press(IDOK);
  EXPECT_TRUE(sender.shows(kSenderStatus, L"Sent 24 bytes")) << "see the status";
  ASSERT_TRUE(received(receiver, 1));
  ASSERT_EQ(receiver.rows(IDC_MESSAGES), 1);
  EXPECT_EQ(receiver.cell(IDC_MESSAGES, 0, kTextColumn), kNote);
}

TEST_F(SampleWindows, AreUsedByKeyboardAlone) {
  const ProgramWindow receiver(L"receiver_gui.exe");
  const ProgramWindow sender(L"sender_gui.exe");
  sender.type(kSenderText, L"by Enter");
  sender.key(kSenderText, VK_RETURN);
  EXPECT_TRUE(received(receiver, 1));
  sender.type(kSenderText, L"by its letter");
  sender.alt(kSenderText, L's');
  EXPECT_TRUE(received(receiver, 2));
  receiver.alt(IDC_MESSAGES, L'e');
  EXPECT_TRUE(eventually([&] { return receiver.is_checked(IDC_BY_EVENT); }));
  receiver.alt(IDC_MESSAGES, L'l');
  EXPECT_TRUE(received(receiver, 0));
}

TEST_F(SampleWindows, ReceiverIsToldByEventOrByMessageAsItsUserChooses) {
  const ProgramWindow receiver(L"receiver_gui.exe", L"ticks --event");
  Opened channel(L"ticks", SHM_WRITE);
  EXPECT_TRUE(receiver.is_checked(IDC_BY_EVENT));
  EXPECT_TRUE(receiver.shows(IDC_STATUS, L"by an event"));
  write(channel, "1");
  EXPECT_TRUE(received(receiver, 1));
  receiver.press(IDC_BY_MESSAGE);
  EXPECT_TRUE(receiver.shows(IDC_STATUS, L"by a window message"));
  write(channel, "2");
  EXPECT_TRUE(received(receiver, 2));
}

// A quick sender's count may have gone past a number before anybody has looked.
bool received_so_many(const ProgramWindow& receiver, int least) {
  return eventually([&] {
    int count = 0;
    return swscanf(receiver.text_of(IDC_COUNTS).c_str(), L"Received: %d ", &count) == 1 && count >= least;
  });
}

TEST_F(SampleWindows, SenderRepeats) {
  const ProgramWindow receiver(L"receiver_gui.exe", L"ticks");
  const ProgramWindow sender(L"sender_gui.exe", L"ticks --text again --repeat 20");
  EXPECT_TRUE(received_so_many(receiver, 5));
  EXPECT_TRUE(sender.is_checked(kSenderRepeat));
  EXPECT_TRUE(receiver.text_of(IDC_COUNTS).ends_with(L"Lost: 0"));
}

TEST_F(SampleWindows, SayHowToStartTheServiceAndGoOnWhenItRuns) {
  service.stop();
  const ProgramWindow receiver(L"receiver_gui.exe");
  const ProgramWindow sender(L"sender_gui.exe", L"--text hello");
  sender.press(IDOK);
  EXPECT_TRUE(receiver.shows(IDC_STATUS, L"sc.exe start ShmBroker"));
  EXPECT_TRUE(sender.shows(kSenderStatus, L"sc.exe start ShmBroker"));
  service.start();
  EXPECT_TRUE(receiver.shows(IDC_STATUS, L"Reading 'MapName'"));
  sender.press(IDOK);
  EXPECT_TRUE(received(receiver, 1));
}

TEST_F(SampleWindows, SayWhatIsWrongWithAChannel) {
  const ProgramWindow receiver(L"receiver_gui.exe", L"nowhere");
  EXPECT_TRUE(receiver.shows(IDC_STATUS, L"'nowhere'"));
  const ProgramWindow sender(L"sender_gui.exe", L"--text " + std::wstring(300, L'x'));
  sender.press(IDOK);
  EXPECT_TRUE(sender.shows(kSenderStatus, L"600 bytes are more than the 512"));
}

}  // namespace
}  // namespace shmbroker::tests
