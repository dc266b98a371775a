// A program that does its worst with what its account may do, past the DLL. Ends when its input does, and
// then says how often it got what its rights forbid.
//
//   hostile reader <channel>...    may read: writes nonsense into all that readers may write, and forges what
//                                  readers say
//   hostile writer <channel>...    may write: the same with all of a channel's memory, lock and events
//   hostile stranger <channel>...  may nothing: asks for it all the same, and sends what is no request
#include <windows.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/layout.h"
#include "protocol/pipe_message.h"
#include "protocol/status.h"
#include "shmbroker/shmbroker.h"
#include "win/section.h"
#include "win/text.h"

using namespace shmbroker;

namespace {

constexpr DWORD kReopen = 100;  // milliseconds after which it asks for the names again: they may have changed
constexpr DWORD kPipePatience = 1000;

std::atomic<bool> is_over{false};
uint64_t breaches = 0;
std::mt19937_64 random_number{std::random_device{}()};

const wchar_t* wide(const char16_t* text) { return reinterpret_cast<const wchar_t*>(text); }

template <class Request>
bool send(Request& request, void* reply, DWORD size) {
  request.header = {sizeof(Request), static_cast<uint32_t>(Request::kType), pipe::kProtocolVersion,
                    core::kLayoutVersion};
  DWORD got = 0;
  return CallNamedPipeW(pipe::kPipeName, &request, sizeof request, reply, size, &got, kPipePatience) &&
         got == size;
}

// A channel as its names let anybody reach it.
class Target {
 public:
  Target(const std::wstring& channel, uint32_t access) : channel_(channel), access_(access) {}

  // Takes another slot each time, and gives the last one back.
  bool open() {
    close();
    pipe::OpenRequest request{};
    request.access = access_;
    std::copy(channel_.begin(), channel_.end(), request.name);
    is_open_ = send(request, reply_.get(), sizeof *reply_) && reply_->header.status == 0;
    if (!is_open_) return false;
    map(reply_->data, data_section_, data_);
    map(reply_->readers, readers_section_, readers_);
    return true;
  }

  void close() {
    if (!is_open_) return;
    is_open_ = false;
    pipe::CloseRequest request{};
    std::copy(std::begin(reply_->instance), std::end(reply_->instance), request.instance);
    request.reader = reply_->reader;
    request.writer = reply_->writer;
    std::copy(channel_.begin(), channel_.end(), request.name);
    pipe::CloseReply ignored{};
    send(request, &ignored, sizeof ignored);
  }

  const pipe::OpenReply& reply() const { return *reply_; }
  const win::View& data() const { return data_; }  // empty unless it may be written
  const win::View& readers() const { return readers_; }

 private:
  static void map(const char16_t* name, win::Handle& section, win::View& view) {
    view.reset();
    section = win::Handle(OpenFileMappingW(FILE_MAP_WRITE, FALSE, wide(name)));
    if (section) view = win::View::map(section.get(), FILE_MAP_WRITE);
  }

  std::wstring channel_;
  uint32_t access_;
  bool is_open_ = false;
  std::unique_ptr<pipe::OpenReply> reply_ = std::make_unique<pipe::OpenReply>();
  win::Handle data_section_;
  win::Handle readers_section_;
  win::View data_;
  win::View readers_;
};

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

void scribble(const win::View& view) {
  if (!view) return;
  const uint64_t most = random_number() % 2 == 0 ? view.size() : std::min<uint64_t>(view.size(), 8192);
  const uint64_t at = random_number() % (most / 8) * 8;
  const uint64_t word = nonsense();
  std::memcpy(view.memory() + at, &word, sizeof word);
}

// What would hurt most: it lies in the name of others that they read slowly, hold messages and buffers, and
// do not sleep.
void forge(const win::View& view) {
  if (!view) return;
  auto& readers = *reinterpret_cast<core::ReadersSection*>(view.memory());
  readers.waiting.store(random_number() % 2 == 0 ? UINT64_MAX : 0);
  readers.waiting_writers.store(nonsense());
  readers.returns.fetch_add(1);
  const uint32_t slot = random_number() % core::kMaxReaders;
  readers.readers[slot].cursor.store(nonsense());
  readers.readers[slot].lost.store(nonsense());
  readers.pins[slot].store(static_cast<uint8_t>(random_number() % 6));
  if (random_number() % 64 == 0) std::memset(view.memory(), 0xA5, static_cast<size_t>(view.size()));
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

void act_as_stranger(const std::wstring& channel) {
  // The kernel has the last word, whatever the service answers.
  Target target(channel, core::kRead);
  if (target.open()) {
    if (target.data() || target.readers()) ++breaches;
    expect_refused(OpenFileMappingW(FILE_MAP_READ, FALSE, wide(target.reply().data)));
    expect_refused(OpenEventW(EVENT_MODIFY_STATE, FALSE, wide(target.reply().space_event)));
    target.close();
  }
  // Slots of whoever has them.
  pipe::CloseRequest close{};
  for (auto* number : {&close.reader, &close.writer}) *number = random_number() % 64;
  for (uint64_t& word : close.instance) word = random_number();
  std::copy(channel.begin(), channel.end(), close.name);
  pipe::CloseReply closed{};
  if (send(close, &closed, sizeof closed) && closed.header.status == 0) ++breaches;
  std::byte noise[pipe::kMaxRequest];
  for (std::byte& each : noise) each = static_cast<std::byte>(random_number());
  DWORD got = 0;
  CallNamedPipeW(pipe::kPipeName, noise, 1 + random_number() % sizeof noise, noise, sizeof noise, &got,
                 kPipePatience);
}

void run_stranger(const std::vector<std::wstring>& channels) {
  while (!is_over) {
    for (const std::wstring& channel : channels) act_as_stranger(channel);
    Sleep(1);
  }
}

void run_permitted(const std::vector<std::wstring>& channels, uint32_t access, void (*act)(Target&)) {
  std::vector<Target> targets;
  for (const std::wstring& channel : channels) targets.emplace_back(channel, access);
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

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string role = argv[1];
  std::vector<std::wstring> channels;
  for (int i = 2; i < argc; ++i) channels.push_back(win::to_utf16(argv[i]).value_or(L""));
  // The DLL lets the service wait for this process; what follows goes past it.
  ShmChannel channel = 0;
  if (ShmOpen(channels[0].c_str(), nullptr, &channel) == SHM_OK) ShmClose(channel);
  std::thread waits_for_the_end([] {
    for (std::string line; std::getline(std::cin, line);) continue;
    is_over = true;
  });
  std::cout << "begins" << std::endl;
  if (role == "reader") run_permitted(channels, core::kRead, act_as_reader);
  if (role == "writer") run_permitted(channels, core::kWrite, act_as_writer);
  if (role == "stranger") run_stranger(channels);
  waits_for_the_end.join();
  std::cout << "breaches: " << breaches << std::endl;
  return breaches == 0 ? 0 : 1;
}
