// A process of the tests that does as it is told: one command a line on its input, one answer a line on its
// output,
// "<status> <text>". It ends with its input.
//
//   open <access> <name>            access: of r, w, and x (exclusive), n (at the next message), c (create a
//                                   block of 512 bytes), k (keep it), or - for whatever rights there are.
//                                   text: the handle, or the error
//   close <handle>
//   write <handle> <ms> <text>
//   read <handle> <ms>              text: the value
//   lock <handle> <ms>              text: the value
//   unlock <handle> <text>
//   keep <handle>                   unlocks with SHM_KEEP
//   add <handle> <count>            counts a 64-bit number up under ShmLock, count times
//   fill <handle> <bytes>           answers, then writes lockstep values until it is killed
//   count <handle> <first> <last>   writes the numbers as text, one after the other
//   follow <handle> <limit>         reads such numbers until it reads "end"; none may be lower than one read
//   before
//                                   that lies between the same multiples of limit. text: how many it read
//   readers <handle>                text: reading handles open now
//   loan <handle> <text>            fills a loan with the text and holds it
//   commit <handle> <size>
//   abort <handle>
//   peek <handle> <ms>              text: the message
//   release <handle>
//   produce <handle> <writer> <count> <how>   writes a numbered stream; how: copied, batch, in_place
//   consume <handle> <how>          reads one to its end. text: how many messages, the sum of their words,
//                                   how many this reader has lost; or what was wrong
//   call <handle> <ms> <text>       calls a service. text: the answer
//   serve <handle> <ms>             takes a request. text: its token, and the request
//   answer <handle> <token> <text>
//   echo <handle>                   answers each request with itself, until the handle is cancelled
//   touch <type> <rights> <object>  opens a kernel object by Win32 alone, past the DLL; type: section, mutex
//                                   or event, rights: as a number. text: the error code, 0 if it could
//   unprotect <object>              maps a section for reading and tries to make that writable. text: as
//                                   above
//   ctrl-c <pid>, ctrl-break <pid>  as if somebody had pressed it in that process's console
//   cursor <pid>                    text: "shown" or "hidden", in that process's console
#include <windows.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "shmbroker/shmbroker.h"
#include "tests/support/lockstep.h"
#include "tests/support/numbered_stream.h"

namespace {

struct Reply {
  int32_t status = SHM_OK;
  std::string text;
};

void say(const Reply& reply) { std::cout << reply.status << ' ' << reply.text << std::endl; }

std::string rest_of(std::istream& line) {
  std::string text;
  std::getline(line >> std::ws, text);
  return text;
}

Reply open(std::istream& line) {
  std::string access;
  line >> access;
  ShmOptions options{};
  options.size = sizeof options;
  if (access.find('r') != std::string::npos) options.access |= SHM_READ;
  if (access.find('w') != std::string::npos) options.access |= SHM_WRITE;
  if (access.find('x') != std::string::npos) options.flags |= SHM_OPEN_EXCLUSIVE;
  if (access.find('n') != std::string::npos) options.flags |= SHM_OPEN_NEXT;
  if (access.find('k') != std::string::npos) options.flags |= SHM_OPEN_KEEP;
  if (access.find('c') != std::string::npos) {
    options.flags |= SHM_OPEN_CREATE;
    options.kind = SHM_BLOCK;
    options.capacity = 512;
  }
  ShmChannel channel = 0;
  const int32_t status = ShmOpenUtf8(rest_of(line).c_str(), &options, &channel);
  return {status, status < 0 ? ShmLastErrorTextUtf8() : std::to_string(channel)};
}

Reply write(ShmChannel channel, std::istream& line) {
  uint32_t timeout = 0;
  line >> timeout;
  const std::string text = rest_of(line);
  return {ShmWrite(channel, text.data(), text.size(), timeout), {}};
}

Reply read(ShmChannel channel, std::istream& line) {
  uint32_t timeout = 0;
  line >> timeout;
  std::string text(4096, '\0');
  size_t size = 0;
  const int32_t status = ShmRead(channel, text.data(), text.size(), &size, timeout);
  text.resize(status >= 0 ? size : 0);
  return {status, text};
}

Reply lock(ShmChannel channel, std::istream& line) {
  uint32_t timeout = 0;
  line >> timeout;
  void* memory = nullptr;
  size_t size = 0;
  const int32_t status = ShmLock(channel, &memory, &size, timeout);
  if (status != SHM_OK) return {status, {}};
  const std::string value(static_cast<const char*>(memory), size);
  // What a process that dies here has begun to write must never be seen.
  std::memset(memory, '!', size);
  return {status, value};
}

Reply unlock(ShmChannel channel, std::istream& line) {
  // The memory is not ours to remember across commands; so the text is written under a lock of its own.
  const std::string text = rest_of(line);
  int32_t status = ShmUnlock(channel, SHM_KEEP);
  if (status == SHM_OK) status = ShmWrite(channel, text.data(), text.size(), SHM_INFINITE);
  return {status, {}};
}

Reply add(ShmChannel channel, std::istream& line) {
  int count = 0;
  line >> count;
  for (; count > 0; --count) {
    void* memory = nullptr;
    size_t size = 0;
    int32_t status = ShmLock(channel, &memory, &size, SHM_INFINITE);
    if (status != SHM_OK) return {status, {}};
    uint64_t number = 0;
    if (size == sizeof number) std::memcpy(&number, memory, sizeof number);
    ++number;
    std::memcpy(memory, &number, sizeof number);
    status = ShmUnlock(channel, sizeof number);
    if (status != SHM_OK) return {status, {}};
  }
  return {};
}

Reply fill(ShmChannel channel, std::istream& line) {
  size_t bytes = 0;
  line >> bytes;
  say({});
  std::vector<std::byte> value(bytes);
  for (uint64_t number = 1;; ++number) {
    shmbroker::tests::fill_lockstep(value.data(), bytes, number);
    const int32_t status = ShmWrite(channel, value.data(), bytes, SHM_INFINITE);
    if (status != SHM_OK) return {status, {}};
  }
}

Reply count(ShmChannel channel, std::istream& line) {
  int first = 0;
  int last = 0;
  line >> first >> last;
  for (int number = first; number <= last; ++number) {
    const std::string text = std::to_string(number);
    const int32_t status = ShmWrite(channel, text.data(), text.size(), SHM_INFINITE);
    if (status != SHM_OK) return {status, {}};
  }
  return {};
}

Reply follow(ShmChannel channel, std::istream& line) {
  int limit = 0;
  line >> limit;
  std::map<int, int> newest;
  for (int seen = 0;; ++seen) {
    char text[32] = {};
    size_t size = 0;
    const int32_t status = ShmRead(channel, text, sizeof text - 1, &size, 20'000);
    if (status != SHM_OK) return {status, "after " + std::to_string(seen)};
    text[size] = '\0';
    if (std::strcmp(text, "end") == 0) return {SHM_OK, std::to_string(seen)};
    const int number = std::atoi(text);
    int& last = newest[number / limit];
    if (number <= last) return {SHM_OK, std::to_string(number) + " came after " + std::to_string(last)};
    last = number;
  }
}

Reply readers(ShmChannel channel, std::istream&) {
  ShmInfo info{};
  info.size = sizeof info;
  const int32_t status = ShmGetInfo(channel, &info);
  return {status, std::to_string(info.readers)};
}

Reply loan(ShmChannel channel, std::istream& line) {
  const std::string text = rest_of(line);
  void* memory = nullptr;
  const int32_t status = ShmLoan(channel, text.size(), &memory, 0);
  if (status == SHM_OK) std::memcpy(memory, text.data(), text.size());
  return {status, {}};
}

Reply peek(ShmChannel channel, std::istream& line) {
  uint32_t timeout = 0;
  line >> timeout;
  const void* memory = nullptr;
  size_t size = 0;
  const int32_t status = ShmPeek(channel, &memory, &size, timeout);
  if (status < 0) return {status, {}};
  return {status, std::string(static_cast<const char*>(memory), size)};
}

shmbroker::tests::How how_of(std::istream& line) {
  using shmbroker::tests::How;
  std::string how;
  line >> how;
  return how == "batch" ? How::batch : how == "in_place" ? How::in_place : How::copied;
}

Reply produce(ShmChannel channel, std::istream& line) {
  uint32_t writer = 0;
  uint32_t count = 0;
  line >> writer >> count;
  return {shmbroker::tests::produce(channel, writer, count, how_of(line)), {}};
}

Reply consume(ShmChannel channel, std::istream& line) {
  shmbroker::tests::Tally tally;
  const int32_t status = shmbroker::tests::consume(channel, how_of(line), tally);
  if (!tally.fault().empty()) return {status, tally.fault()};
  ShmStats stats{};
  stats.size = sizeof stats;
  ShmGetStats(channel, &stats);
  return {status, std::to_string(tally.count()) + " " + std::to_string(tally.sum()) + " " +
                      std::to_string(stats.lost)};
}

Reply call(ShmChannel channel, std::istream& line) {
  uint32_t timeout = 0;
  line >> timeout;
  const std::string text = rest_of(line);
  std::string answer(4096, '\0');
  size_t size = 0;
  const int32_t status =
      ShmCall(channel, text.data(), text.size(), answer.data(), answer.size(), &size, timeout);
  answer.resize(status == SHM_OK ? size : 0);
  return {status, answer};
}

Reply begin(ShmChannel channel, std::istream& line) {
  ShmToken token = 0;
  const std::string text = rest_of(line);
  return {ShmCallBegin(channel, text.data(), text.size(), &token, 0), std::to_string(token)};
}

Reply serve(ShmChannel channel, std::istream& line) {
  uint32_t timeout = 0;
  line >> timeout;
  std::string request(4096, '\0');
  size_t size = 0;
  ShmToken token = 0;
  const int32_t status = ShmServe(channel, request.data(), request.size(), &size, &token, timeout);
  request.resize(status == SHM_OK ? size : 0);
  return {status, std::to_string(token) + " " + request};
}

Reply answer(ShmChannel channel, std::istream& line) {
  ShmToken token = 0;
  line >> token;
  const std::string text = rest_of(line);
  return {ShmAnswer(channel, token, text.data(), text.size()), {}};
}

Reply echo(ShmChannel channel, std::istream&) {
  std::string request(4096, '\0');
  size_t size = 0;
  ShmToken token = 0;
  int32_t status = SHM_OK;
  while ((status = ShmServe(channel, request.data(), request.size(), &size, &token, SHM_INFINITE)) == SHM_OK)
    ShmAnswer(channel, token, request.data(), size);
  return {status, {}};
}

BOOL WINAPI ignore_control(DWORD) { return TRUE; }

// Comes into the console of the process that the line names, and stays there when that has ended.
bool share_console(std::istream& line) {
  static DWORD shared = 0;
  DWORD pid = 0;
  line >> pid;
  if (pid == shared) return true;
  FreeConsole();
  if (!AttachConsole(pid)) return false;
  shared = pid;
  // A key goes to everybody in the console, and is not meant for us.
  return SetConsoleCtrlHandler(ignore_control, TRUE) != FALSE;
}

Reply press(DWORD control, std::istream& line) {
  const bool sent = share_console(line) && GenerateConsoleCtrlEvent(control, 0);
  return {sent ? SHM_OK : SHM_E_SYSTEM, std::to_string(GetLastError())};
}

Reply cursor(std::istream& line) {
  if (!share_console(line)) return {SHM_E_SYSTEM, std::to_string(GetLastError())};
  const HANDLE screen = CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0, nullptr);
  CONSOLE_CURSOR_INFO info{};
  const bool known = GetConsoleCursorInfo(screen, &info) != FALSE;
  const DWORD error = GetLastError();
  CloseHandle(screen);
  if (!known) return {SHM_E_SYSTEM, std::to_string(error)};
  return {SHM_OK, info.bVisible ? "shown" : "hidden"};
}

Reply touch(std::istream& line) {
  std::string type;
  DWORD rights = 0;
  line >> type >> rights;
  const std::string name = rest_of(line);
  HANDLE object = type == "section" ? OpenFileMappingA(rights, FALSE, name.c_str())
                  : type == "mutex" ? OpenMutexA(rights, FALSE, name.c_str())
                                    : OpenEventA(rights, FALSE, name.c_str());
  const DWORD error = object != nullptr ? ERROR_SUCCESS : GetLastError();
  if (object != nullptr) CloseHandle(object);
  return {SHM_OK, std::to_string(error)};
}

Reply unprotect(std::istream& line) {
  const HANDLE section = OpenFileMappingA(FILE_MAP_READ, FALSE, rest_of(line).c_str());
  void* view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
  if (view == nullptr) return {SHM_E_SYSTEM, std::to_string(GetLastError())};
  DWORD before = 0;
  const bool writable = VirtualProtect(view, 4096, PAGE_READWRITE, &before) != FALSE;
  return {SHM_OK, std::to_string(writable ? ERROR_SUCCESS : GetLastError())};
}

Reply obey(const std::string& command, std::istream& line) {
  if (command == "open") return open(line);
  if (command == "ctrl-c") return press(CTRL_C_EVENT, line);
  if (command == "ctrl-break") return press(CTRL_BREAK_EVENT, line);
  if (command == "cursor") return cursor(line);
  if (command == "touch") return touch(line);
  if (command == "unprotect") return unprotect(line);
  ShmChannel channel = 0;
  line >> channel;
  size_t size = 0;
  if (command == "commit") return line >> size, Reply{ShmCommit(channel, size), {}};
  if (command == "abort") return {ShmAbort(channel), {}};
  if (command == "release") return {ShmRelease(channel), {}};
  if (command == "close") return {ShmClose(channel), {}};
  if (command == "keep") return {ShmUnlock(channel, SHM_KEEP), {}};
  const std::map<std::string, std::function<Reply(ShmChannel, std::istream&)>> commands = {
      {"write", write},   {"read", read},       {"lock", lock},       {"unlock", unlock},   {"add", add},
      {"fill", fill},     {"count", count},     {"follow", follow},   {"readers", readers}, {"loan", loan},
      {"peek", peek},     {"produce", produce}, {"consume", consume}, {"call", call},       {"serve", serve},
      {"answer", answer}, {"echo", echo},       {"begin", begin}};
  const auto found = commands.find(command);
  if (found == commands.end()) return {SHM_E_ARGUMENT, "no such command: " + command};
  return found->second(channel, line);
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    say(obey(command, words));
  }
  return 0;
}
