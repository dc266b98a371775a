#include "tests/languages/conduct.h"

#include "tests/support/peer_process.h"
#include "tests/support/shm_testing.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

constexpr auto kSender = &Language::sender;
constexpr auto kReceiver = &Language::receiver;

std::string config() {
  std::vector<std::string> channels = {topic("told", "overwrite"), topic("endless", "overwrite"),
                                       topic("stuck", "overwrite", 1 << 20)};
  for (const std::string& language : language_names()) {
    channels.push_back(block("block." + language));
    channels.push_back(queue("queue." + language));
    channels.push_back(queue("ten." + language));
  }
  return config_of(channels);
}

std::wstring wide(const std::string& utf8) { return win::to_utf16(utf8).value_or(L""); }

// Arguments of which the language's name is a part.
Runs::Arguments with_name(const std::wstring& before, const std::wstring& after) {
  return [=](const std::wstring& language) { return before + language + after; };
}

// The DLL's words for what a name opens.
std::string error_of_open(const wchar_t* name) {
  ShmChannel channel = 0;
  EXPECT_LT(ShmOpen(name, nullptr, &channel), 0);
  return ShmLastErrorTextUtf8();
}

std::string error_of_write(const std::string& name, size_t size) {
  const Opened channel(wide(name).c_str());
  EXPECT_LT(write(channel, std::string(size, 'x')), 0);
  return ShmLastErrorTextUtf8();
}

// A program whose output goes into a pipe that nobody reads.
class StuckProgram {
 public:
  StuckProgram(const Program& program, const std::wstring& arguments) {
    SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
    HANDLE read = nullptr;
    HANDLE write = nullptr;
    if (!CreatePipe(&read, &write, &inherited, 0)) throw std::runtime_error("cannot make a pipe");
    output_ = win::Handle(read);
    const win::Handle theirs(write);
    SetHandleInformation(read, HANDLE_FLAG_INHERIT, 0);
    program_ = start_process(program.command + L" " + arguments, {nullptr, write, nullptr}, nullptr,
                             program.exe.parent_path().c_str());
  }

  DWORD pid() const { return program_.pid; }
  bool ends_within(DWORD ms) const {
    return WaitForSingleObject(program_.process.get(), ms) == WAIT_OBJECT_0;
  }
  void await_output() const {
    eventually([&] {
      DWORD bytes = 0;
      return PeekNamedPipe(output_.get(), nullptr, 0, nullptr, &bytes, nullptr) && bytes > 0;
    });
  }

 private:
  win::Handle output_;
  Started program_;
};

}  // namespace

Conducts::Conducts() {
  Service service(config());
  service.start();
  err();
  ask_how();
  count();
  use_blocks();
  use_queues();
  be_told();
  end_by_ctrl_c();
  end_by_second_ctrl_c();
  service.stop();
  be_lonely();
}

void Conducts::err() {
  Runs senders(kSender, L"--channel nowhere text");
  Runs receivers(kReceiver, L"--channel nowhere");
  Runs misnamed_senders(kSender, L"--channel back\\slash text");
  lost_senders = senders.finish();
  lost_receivers = receivers.finish();
  misnamed = misnamed_senders.finish();
  no_channel = error_of_open(L"nowhere");
  no_name = error_of_open(L"back\\slash");
}

void Conducts::ask_how() {
  Runs wrong(kSender, L"--nonsense");
  Runs wrong_too(kReceiver, L"--notify nonsense");
  wrong_senders = wrong.finish();
  wrong_receivers = wrong_too.finish();
  Runs asked(kSender, L"--help");
  Runs asked_too(kReceiver, L"--help");
  asked_senders = asked.finish();
  asked_receivers = asked_too.finish();
}

void Conducts::count() {
  const std::wstring nowhere = L" --channel nowhere ";
  for (const char* number : {"--repeat \"\"", "--timeout \"\"", "--repeat 0x10", "--interval +1"}) {
    misnumbered_senders[number] = Runs(kSender, wide(number) + nowhere + L"text").finish();
  }
  for (const char* number : {"--count \"\"", "--timeout \"\"", "--count 0x10", "--timeout 4294967296"}) {
    misnumbered_receivers[number] = Runs(kReceiver, wide(number) + nowhere).finish();
  }
  decimal_senders = Runs(kSender, with_name(L"--repeat 010 --channel ten.", L" -")).finish();
  decimal_receivers = Runs(kReceiver, with_name(L"--timeout 00 --channel ten.", L"")).finish();
}

void Conducts::use_blocks() {
  constexpr size_t kTooLarge = 513;
  const auto too_much = [](const std::string&) { return std::string(kTooLarge, 'x'); };
  Runs too_large_senders(kSender, with_name(L"--binary --channel block.", L""), too_much);
  Runs too_large_in_place(kSender, with_name(L"--binary --in-place --channel block.", L""), too_much);
  large_senders = too_large_senders.finish();
  large_in_place_senders = too_large_in_place.finish();
  for (const auto& [language, sender] : large_senders) {
    too_large[language] = error_of_write("block." + language, kTooLarge);
  }
  idle_receivers = Runs(kReceiver, with_name(L"--timeout 0 --channel block.", L"")).finish();
  block_senders = Runs(kSender, [](const std::wstring& language) {
                    return L"--in-place --channel block." + language + L" \"" +
                           wide(text_of(win::display_utf8(language))) + L"\"";
                  }).finish();
  block_receivers = Runs(kReceiver, with_name(L"--in-place --timeout 0 --channel block.", L"")).finish();
}

void Conducts::use_queues() {
  Runs receivers(kReceiver, with_name(L"--in-place --count 6 --timeout 20000 --channel queue.", L""));
  queue_senders = Runs(kSender, with_name(L"--in-place --repeat 2 --interval 10 --channel queue.", L""),
                       [](const std::string&) { return "one\nzwölf\r\n三 🎈"; })
                      .finish();
  queue_receivers = receivers.finish();
}

void Conducts::be_told() {
  const Opened channel(L"told", SHM_WRITE);
  const auto say = [&](std::wstring_view text) {
    EXPECT_SHM(SHM_OK, ShmWrite(channel, text.data(), text.size() * sizeof(wchar_t), 0));
  };
  say(L"from before");
  const std::wstring arguments = L"--channel told --next --count 3 --timeout 50000 --notify ";
  Runs by_event(kReceiver, arguments + L"event");
  Runs by_window(kReceiver, arguments + L"window");
  by_event.await_words();
  by_window.await_words();
  // Each after the one before was read to its end: told of it once, they have to be told again.
  for (std::string_view shown = "first\nsecond\nthird\n";
       const std::wstring_view text : {L"first", L"second", L"third"}) {
    say(text);
    const uint64_t bytes = shown.find(win::display_utf8(text)) + text.size() + 1;
    late_by_event.merge(by_event.await_output(bytes));
    late_by_window.merge(by_window.await_output(bytes));
  }
  event_receivers = by_event.finish();
  window_receivers = by_window.finish();
}

void Conducts::end_by_ctrl_c() {
  const Opened channel(L"endless", SHM_WRITE);
  const std::wstring arguments = L"--channel endless --notify ";
  Runs receivers(kReceiver, arguments + L"none");
  Runs by_event(kReceiver, arguments + L"event");
  Runs by_window(kReceiver, arguments + L"window");
  Runs senders(kSender, L"--channel endless --repeat 0 --interval 20 again");
  // Whoever has something to show has begun.
  for (const Runs* each : {&receivers, &by_event, &by_window}) each->await_output(1);
  senders.await_writers(L"endless");
  senders.press_ctrl_c();
  ended_senders = senders.finish();
  for (const Runs* each : {&receivers, &by_event, &by_window}) each->press_ctrl_c();
  ended_receivers = receivers.finish();
  ended_by_event = by_event.finish();
  ended_by_window = by_window.finish();
}

void Conducts::end_by_second_ctrl_c() {
  const Opened channel(L"stuck", SHM_WRITE);
  const std::wstring more_than_a_pipe_holds(200'000, L'x');
  EXPECT_SHM(SHM_OK, ShmWrite(channel, more_than_a_pipe_holds.data(),
                              more_than_a_pipe_holds.size() * sizeof(wchar_t), 0));
  std::map<std::string, StuckProgram> receivers;
  for (const Language& language : languages()) {
    if (language.missing.empty() && !hears_of_ctrl_c_late(language.name))
      receivers.try_emplace(language.name, language.receiver, L"--channel stuck");
  }
  for (const auto& [language, receiver] : receivers) receiver.await_output();
  Sleep(200);
  const auto press = [&](DWORD patience) {
    std::set<std::string> stuck;
    Peer finger;
    for (const auto& [language, receiver] : receivers) {
      EXPECT_SHM(SHM_OK, finger.ask("ctrl-c " + std::to_string(receiver.pid())).status) << language;
    }
    for (const auto& [language, receiver] : receivers) {
      if (!receiver.ends_within(patience)) stuck.insert(language);
    }
    return stuck;
  };
  stuck_after_one = press(100);
  stuck_after_two = press(kPatience);
}

void Conducts::be_lonely() {
  Runs senders(kSender, L"text");
  Runs receivers(kReceiver, L"");
  lonely_senders = senders.finish();
  lonely_receivers = receivers.finish();
  no_service = error_of_open(L"MapName");
}

}  // namespace shmbroker::tests
