// A program that does its worst with what its account may do, past the DLL. Ends when its input does, and
// then says how often it got what its rights forbid.
//
//   hostile reader <channel>...    may read: writes nonsense into all that readers may write, and forges what
//                                  readers say
//   hostile writer <channel>...    may write: the same with all of a channel's memory, lock and events
//   hostile stranger <channel>...  may nothing: asks for it all the same, and sends what is no request
//   hostile silent <connections>   takes connections to the service and says nothing
//
//   hostile harmless <role> <channel>...  is as busy as that role, and does nothing but what it may: what
//                                         others wait longer by, they wait for any busy program
#include <windows.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <iostream>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "protocol/status.h"
#include "shmbroker/shmbroker.h"
#include "tests/crash/hostile_target.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

constexpr DWORD kReopen = 100;  // milliseconds after which it asks for the names again: they may have changed

std::atomic<bool> is_over{false};
uint64_t breaches = 0;
std::mt19937_64 random_number{std::random_device{}()};

const wchar_t* wide(const char16_t* text) { return reinterpret_cast<const wchar_t*>(text); }

// A number that may mean something, or not.
uint64_t nonsense() {
  switch (random_number() % 4) {
    case 0:
      return random_number();
    case 1:
      return UINT64_MAX;
    case 2:
      return random_number() % 300'000;  // such as a position
    default:
      return 0;
  }
}

void scribble(std::span<std::byte> memory) {
  if (memory.empty()) return;
  const size_t most = random_number() % 2 == 0 ? memory.size() : std::min<size_t>(memory.size(), 8192);
  const size_t at = static_cast<size_t>(random_number() % (most / 8) * 8);
  const uint64_t word = nonsense();
  std::memcpy(&memory[at], &word, sizeof word);
}

// What would hurt most: it lies in the name of others that they read slowly, hold messages and buffers, and
// do not sleep.
void forge(std::span<std::byte> memory) {
  if (memory.empty()) return;
  auto& readers = *reinterpret_cast<core::ReadersSection*>(memory.data());
  readers.waiting.store(random_number() % 2 == 0 ? UINT64_MAX : 0);
  readers.waiting_takers.store(random_number() % 2 == 0 ? UINT64_MAX : 0);
  readers.coming.store(nonsense() % (core::kMaxReaders + 2));
  readers.polling.store(nonsense());
  readers.waiting_writers.store(nonsense());
  readers.returns.fetch_add(1);
  const uint32_t slot = random_number() % core::kMaxReaders;
  readers.readers[slot].cursor.store(nonsense());
  readers.readers[slot].lost.store(nonsense());
  readers.pins[slot].store(static_cast<uint8_t>(random_number() % 6));
  if (random_number() % 64 == 0) std::memset(memory.data(), 0xA5, memory.size());
}

void signal(const char16_t* event) {
  const win::Handle handle(OpenEventW(EVENT_MODIFY_STATE, FALSE, wide(event)));
  if (handle) SetEvent(handle.get());
}

void expect_refused(HANDLE handle) {
  const win::Handle closes(handle);
  if (closes) ++breaches;
}

void act_as_reader(Target& target) {
  expect_refused(OpenFileMappingW(FILE_MAP_WRITE, FALSE, wide(target.reply().data)));
  expect_refused(OpenMutexW(MUTEX_MODIFY_STATE, FALSE, wide(target.reply().mutex)));
  for (int i = 0; i < 200; ++i) {
    scribble(target.readers());
    forge(target.readers());
  }
  signal(target.reply().space_event);
}

void act_as_writer(Target& target) {
  for (int i = 0; i < 200; ++i) {
    scribble(target.data());
    scribble(target.readers());
  }
  signal(target.reply().lock_event);
  signal(target.reply().space_event);
}

void act_as_stranger(Target& target, const std::wstring& channel) {
  // The kernel has the last word, whatever the service answers.
  if (target.open()) {
    if (!target.data().empty() || !target.readers().empty()) ++breaches;
    expect_refused(OpenFileMappingW(FILE_MAP_READ, FALSE, wide(target.reply().data)));
    expect_refused(OpenEventW(EVENT_MODIFY_STATE, FALSE, wide(target.reply().space_event)));
    target.close();
  }
  // Slots of whoever has them.
  pipe::CloseRequest close{};
  for (auto* number : {&close.reader, &close.writer}) *number = random_number() % 64;
  for (uint64_t& word : close.instance) word = random_number();
  std::ranges::copy(channel, close.name);
  pipe::CloseReply closed{};
  if (const win::Handle pipe = connect_raw(); pipe && ask(pipe, close, closed)) ++breaches;
  std::byte noise[pipe::kMaxRequest];
  for (std::byte& each : noise) each = static_cast<std::byte>(random_number());
  DWORD got = 0;
  if (const win::Handle pipe = connect_raw())
    TransactNamedPipe(pipe.get(), noise, 1 + random_number() % sizeof noise, noise, sizeof noise, &got,
                      nullptr);
}

// Asks as often as the stranger, for what it may know.
void act_as_visitor(Target& target, const std::wstring& channel) {
  target.open();
  target.close();
  pipe::InspectRequest inspect{};
  std::ranges::copy(channel, inspect.name);
  pipe::InspectReply inspected{};
  if (const win::Handle pipe = connect_raw()) ask(pipe, inspect, inspected);
}

void run_stranger(std::vector<Target>& targets, const std::vector<std::wstring>& channels,
                  void (*act)(Target&, const std::wstring&)) {
  while (!is_over) {
    for (size_t i = 0; i < targets.size(); ++i) act(targets[i], channels[i]);
  }
}

void run_permitted(std::vector<Target>& targets, void (*act)(Target&)) {
  while (!is_over) {
    for (Target& target : targets) target.open();
    const ULONGLONG until = GetTickCount64() + kReopen;
    while (!is_over && GetTickCount64() < until) {
      for (Target& target : targets) act(target);
      Sleep(0);
    }
  }
  for (Target& target : targets) target.close();
}

// One connection, which another one follows as soon as the service hangs up.
void be_silent() {
  while (!is_over) {
    const win::Handle pipe = connect_raw();
    char nothing = 0;
    DWORD got = 0;
    if (pipe) ReadFile(pipe.get(), &nothing, 1, &got, nullptr);
  }
}

void run_silent(int connections) {
  // They end with the process: the service hangs up on the last one when it likes.
  for (int i = 0; i < connections; ++i) std::thread(be_silent).detach();
}

int run(std::vector<std::string> arguments) {
  const bool is_harmless = arguments[0] == "harmless";
  if (is_harmless) arguments.erase(arguments.begin());
  if (arguments.size() < 2) return 2;
  const std::string role = arguments[0];
  std::thread waits_for_the_end([] {
    for (std::string line; std::getline(std::cin, line);) continue;
    is_over = true;
  });
  if (role == "silent") {
    run_silent(std::stoi(arguments[1]));
    std::cout << "begins" << std::endl;
  } else {
    std::vector<std::wstring> channels;
    for (size_t i = 1; i < arguments.size(); ++i)
      channels.push_back(win::to_utf16(arguments[i]).value_or(L""));
    const uint32_t access = role == "writer" ? core::kWrite : core::kRead;
    std::vector<Target> targets;
    for (const std::wstring& channel : channels) targets.emplace_back(channel, access, is_harmless);
    // The DLL lets the service wait for this process; what follows goes past it.
    ShmChannel channel = 0;
    if (ShmOpen(channels[0].c_str(), nullptr, &channel) == SHM_OK) ShmClose(channel);
    std::cout << "begins" << std::endl;
    if (role == "reader") run_permitted(targets, act_as_reader);
    if (role == "writer") run_permitted(targets, act_as_writer);
    if (role == "stranger") run_stranger(targets, channels, is_harmless ? act_as_visitor : act_as_stranger);
  }
  waits_for_the_end.join();
  std::cout << "breaches: " << breaches << std::endl;
  return breaches == 0 ? 0 : 1;
}

}  // namespace
}  // namespace shmbroker::tests

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  return shmbroker::tests::run({argv + 1, argv + argc});
}
