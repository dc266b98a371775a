#include "tests/languages/exchange.h"

#include <algorithm>

#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

constexpr int kNumberedLines = 10'000;
constexpr size_t kLargest = 512 * 1024;

// Everything that is sent fits in at once, so that who comes late finds it.
std::string config() {
  const auto topic = [](const std::string& name, const std::string& capacity, size_t max_message) {
    return R"({ "name": ")" + name + R"(", "kind": "topic", "when_full": "wait", "capacity": ")" + capacity +
           R"(", "max_message": )" + std::to_string(max_message) +
           R"(, "access": { "read": ["Everyone"], "write": ["Everyone"] } })";
  };
  return config_of({topic("text", "64 MiB", 4096), topic("bytes", "16 MiB", kLargest)});
}

// What has been sent, and how long to wait for more of it before all that is missing is missing for good.
std::wstring awaiting(size_t messages) { return L" --timeout 20000 --count " + std::to_wstring(messages); }

size_t count_languages() {
  return static_cast<size_t>(
      std::ranges::count_if(languages(), [](const Language& language) { return language.missing.empty(); }));
}

// A byte order mark, both ends of lines, an empty line, and none at the end.
std::string input_of(const std::string& language) {
  std::string input = "\xEF\xBB\xBF";
  bool windows = true;
  for (const std::string& line : Exchange::lines_of(language)) {
    input += line + (windows ? "\r\n" : "\n");
    windows = !windows;
  }
  input += "\n" + language + " end";
  return input;
}

}  // namespace

std::vector<std::string> Exchange::lines_of(const std::string& language) {
  std::vector<std::string> lines = {"简单的共享内存示例", "🎈𠮷 and both again: 🎈𠮷", "zwölf\tBoxkämpfer  ",
                                    "\xEF\xBB\xBF no mark here"};
  for (int i = 1; i <= kNumberedLines; ++i) lines.push_back(std::to_string(i));
  for (std::string& line : lines) line.insert(0, language + " ");
  return lines;
}

char Exchange::byte_of(const std::string& language) {
  return static_cast<char>('A' + std::ranges::find(languages(), language, &Language::name) -
                           languages().begin());
}

// Every byte occurs, and what was cut or moved is not the same.
std::string Exchange::large_of(const std::string& language) {
  std::string bytes(kLargest, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>((i * i + i / 256 + static_cast<size_t>(byte_of(language))) & 0xFF);
  }
  return bytes;
}

Exchange::Exchange() {
  Service service(config());
  service.start();
  exchange_text();
  exchange_bytes();
}

void Exchange::exchange_text() {
  const Opened channel(L"text", SHM_WRITE);
  const size_t lines_each = lines_of("").size() + 2;
  Runs receivers(&Language::receiver, L"--channel text" + awaiting(count_languages() * lines_each + 1));
  receivers.await_words();
  EXPECT_SHM(SHM_OK, ShmWrite(channel, kNoText.data(), kNoText.size() * sizeof(wchar_t) - 1, 0));
  text_senders = Runs(&Language::sender, L"--channel text --timeout 60000", input_of).finish();
  text_receivers = receivers.finish();
  late_receivers = Runs(&Language::receiver, L"--channel text --timeout 0").finish();
}

void Exchange::exchange_bytes() {
  const Opened channel(L"bytes", SHM_WRITE);
  Runs receivers(&Language::receiver, L"--binary --channel bytes" + awaiting(count_languages() * 3));
  receivers.await_words();
  const std::wstring arguments = L"--binary --channel bytes --timeout 60000";
  empty_senders = Runs(&Language::sender, arguments).finish();
  byte_senders = Runs(&Language::sender, arguments, [](const std::string& language) {
                   return std::string(1, byte_of(language));
                 }).finish();
  large_senders = Runs(&Language::sender, arguments, large_of).finish();
  byte_receivers = receivers.finish();
}

}  // namespace shmbroker::tests
