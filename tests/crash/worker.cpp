// A process of the random kills: works until it is killed, or the round is over.
//
//   worker <role> <channel> <sheet>   role: write, loan, batch; listen, peek; add; call, calls; serve,
//                                     hoard. sheet: the name of the Sheet's section
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

#include "shmbroker/shmbroker.h"
#include "tests/crash/load.h"
#include "tests/support/lockstep.h"
#include "win/section.h"

namespace shmbroker::tests {
namespace {

constexpr uint32_t kShort = 50;  // milliseconds after which a worker looks whether the round is over
constexpr uint32_t kBatch = 8;
constexpr uint32_t kOthersStop = 1;  // of Sheet::over
constexpr uint32_t kServersStop = 2;

// relaxed everywhere: notes, which are compared after all of these processes have ended.
bool is_over(const Sheet& sheet, uint32_t stop = kOthersStop) {
  return sheet.over.load(std::memory_order_relaxed) >= stop;
}
void note(Sheet& sheet, uint64_t ticket, uint8_t what) {
  sheet.tickets[ticket].fetch_or(what, std::memory_order_relaxed);
}

// Messages of as many tickets as are left, at most so many.
uint32_t take_tickets(Sheet& sheet, uint32_t count, uint32_t& first) {
  first = sheet.next.fetch_add(count, std::memory_order_relaxed);
  if (first >= kTickets) return 0;
  return first + count <= kTickets ? count : kTickets - first;
}

int write_all(ShmChannel channel, Sheet& sheet, const std::string& role) {
  std::vector<std::byte> bytes(kBatch * kLargestTicketed);
  while (!is_over(sheet)) {
    uint32_t first = 0;
    const uint32_t count = take_tickets(sheet, role == "batch" ? kBatch : 1, first);
    if (count == 0) return 0;
    ShmMessage batch[kBatch];
    for (uint32_t i = 0; i < count; ++i) {
      std::byte* data = bytes.data() + i * kLargestTicketed;
      fill_lockstep(data, ticketed_size(first + i), first + i);
      batch[i] = {sizeof(ShmMessage), 0, 0, 0, data, ticketed_size(first + i), 0, 0};
    }
    void* memory = nullptr;
    int32_t status = SHM_OK;
    do {
      uint32_t written = 0;
      if (role == "write") status = ShmWrite(channel, batch[0].data, batch[0].length, kShort);
      if (role == "batch") status = ShmWriteBatch(channel, batch, count, &written, kShort);
      if (role == "loan") status = ShmLoan(channel, batch[0].length, &memory, kShort);
      // A batch that was published in part can't be tried again: the rest of its tickets is never written.
      if (written != 0) break;
    } while ((status == SHM_E_FULL || status == SHM_E_TIMEOUT) && !is_over(sheet));
    if (status == SHM_OK && role == "loan") {
      std::memcpy(memory, batch[0].data, batch[0].length);
      status = ShmCommit(channel, batch[0].length);
    }
    if (status != SHM_OK && status != SHM_E_FULL && status != SHM_E_TIMEOUT) return status;
    for (uint32_t i = 0; status == SHM_OK && i < count; ++i) note(sheet, first + i, kWritten);
  }
  return 0;
}

bool is_whole(const void* data, size_t size, uint64_t& ticket) {
  return read_lockstep(data, size, ticket) && ticket < kTickets && size == ticketed_size(ticket);
}

void take_in(Sheet& sheet, int32_t status, const void* data, size_t size) {
  uint64_t ticket = 0;
  if (!is_whole(data, size, ticket)) {
    sheet.faults.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const bool was_read = (sheet.tickets[ticket].fetch_or(kRead, std::memory_order_relaxed) & kRead) != 0;
  if (was_read && status != SHM_S_REDELIVERED) note(sheet, ticket, kReadTwice);
}

// A queue's reader. It takes the note before it gives a peeked message back: who dies in between leaves the
// message to another, marked.
int peek_all(ShmChannel channel, Sheet& sheet) {
  while (!is_over(sheet)) {
    const void* data = nullptr;
    size_t size = 0;
    const int32_t status = ShmPeek(channel, &data, &size, kShort);
    if (status == SHM_E_EMPTY) continue;
    if (status < 0) return status;
    take_in(sheet, status, data, size);
    ShmRelease(channel);
  }
  return 0;
}

// A topic's reader. It takes no notes: each reader gets every message.
int listen_all(ShmChannel channel, Sheet& sheet) {
  std::vector<std::byte> buffer(kLargestTicketed);
  while (!is_over(sheet)) {
    size_t size = 0;
    const int32_t status = ShmRead(channel, buffer.data(), buffer.size(), &size, kShort);
    if (status == SHM_E_EMPTY || status == SHM_E_OVERTAKEN) continue;
    if (status < 0) return status;
    uint64_t ticket = 0;
    if (!is_whole(buffer.data(), size, ticket)) sheet.faults.fetch_add(1, std::memory_order_relaxed);
  }
  return 0;
}

// Counts a block's number up under its lock; a ticket for each time that it said so.
int add_all(ShmChannel channel, Sheet& sheet) {
  while (!is_over(sheet)) {
    void* memory = nullptr;
    size_t size = 0;
    int32_t status = ShmLock(channel, &memory, &size, kShort);
    if (status == SHM_E_TIMEOUT) continue;
    if (status != SHM_OK) return status;
    uint64_t number = 0;
    if (size != 0 && !read_lockstep(memory, size, number))
      sheet.faults.fetch_add(1, std::memory_order_relaxed);
    fill_lockstep(memory, kLargestTicketed, number + 1);
    status = ShmUnlock(channel, kLargestTicketed);
    if (status != SHM_OK) return status;
    sheet.next.fetch_add(1, std::memory_order_relaxed);
  }
  return 0;
}

// ---- calls

struct CallUnderWay {
  ShmToken token = 0;
  uint64_t ticket = 0;
};

uint64_t answer_to(uint64_t ticket) { return ~ticket; }

bool is_answer(const void* data, size_t size, uint64_t ticket) {
  uint64_t number = 0;
  return read_lockstep(data, size, number) && number == answer_to(ticket) &&
         size == ticketed_size(ticket + 1);
}

// What the status of a call that failed says of it.
void note_failure(Sheet& sheet, uint64_t ticket, int32_t status) {
  note(sheet, ticket, status == SHM_E_FULL ? kFailed | kUntaken : kFailed);
}

// Waits until the call has ended, also when the round is over: servers stay for that.
int end_call(ShmChannel channel, Sheet& sheet, const CallUnderWay& call) {
  constexpr ULONGLONG kNever = 30'000;  // milliseconds; servers come and go in a few
  std::byte answer[kLargestTicketed];
  const ULONGLONG begun = GetTickCount64();
  size_t size = 0;
  int32_t status = SHM_E_EMPTY;
  while (status == SHM_E_EMPTY && GetTickCount64() - begun < kNever)
    status = ShmCallEnd(channel, call.token, answer, sizeof answer, &size, kShort);
  if (status == SHM_OK) {
    note(sheet, call.ticket, kGot);
    if (!is_answer(answer, size, call.ticket)) sheet.faults.fetch_add(1, std::memory_order_relaxed);
    return 0;
  }
  note_failure(sheet, call.ticket, status);
  if (status == SHM_E_EMPTY)
    std::printf("call %u, %s by a server, ", static_cast<unsigned>(call.ticket),
                ShmCallCancel(channel, call.token) == SHM_OK ? "not taken" : "taken");
  return status == SHM_E_PEER_DIED ? 0 : status;
}

// A client with so many calls under way at once.
int call_all(ShmChannel channel, Sheet& sheet, uint32_t most) {
  std::byte request[kLargestTicketed];
  while (!is_over(sheet)) {
    uint32_t first = 0;
    const uint32_t count = take_tickets(sheet, most, first);
    if (count == 0) return 0;
    std::vector<CallUnderWay> calls;
    for (uint32_t ticket = first; ticket < first + count; ++ticket) {
      CallUnderWay call{0, ticket};
      fill_lockstep(request, ticketed_size(ticket), ticket);
      const int32_t status = ShmCallBegin(channel, request, ticketed_size(ticket), &call.token, kShort);
      if (status < 0 && status != SHM_E_FULL) return status;
      if (status < 0) note_failure(sheet, ticket, status);
      if (status >= 0) calls.push_back(call);
    }
    for (const CallUnderWay& call : calls) {
      if (const int status = end_call(channel, sheet, call); status != 0) return status;
    }
  }
  return 0;
}

// A server that takes up to so many requests before it answers them, the last one first.
int serve_all(ShmChannel channel, Sheet& sheet, uint32_t most) {
  std::byte bytes[kLargestTicketed];
  while (!is_over(sheet, kServersStop)) {
    std::vector<CallUnderWay> calls;
    while (calls.size() < most) {
      CallUnderWay call;
      size_t size = 0;
      const int32_t status =
          ShmServe(channel, bytes, sizeof bytes, &size, &call.token, calls.empty() ? kShort : 0);
      if (status == SHM_E_EMPTY) break;
      if (status < 0) return status;
      const bool whole = is_whole(bytes, size, call.ticket);
      if (!whole) {
        sheet.faults.fetch_add(1, std::memory_order_relaxed);
        continue;
      }
      const uint8_t before = sheet.tickets[call.ticket].fetch_or(kTaken, std::memory_order_relaxed);
      if ((before & kTaken) != 0) note(sheet, call.ticket, kTakenTwice);
      calls.push_back(call);
    }
    if (most > 1) Sleep(1);  // as one that works for its answers: it dies most often while it has requests
    for (; !calls.empty(); calls.pop_back()) {
      const CallUnderWay& call = calls.back();
      const size_t size = ticketed_size(call.ticket + 1);
      fill_lockstep(bytes, size, answer_to(call.ticket));
      const int32_t status = ShmAnswer(channel, call.token, bytes, size);
      if (status < 0) return status;
      if (status == SHM_OK) note(sheet, call.ticket, kGiven);
    }
  }
  return 0;
}

// What a role does. reads: it opens the channel to read, or to serve. stop: when the round is over for it.
struct Role {
  const char* name;
  bool reads;
  int (*work)(ShmChannel channel, Sheet& sheet);
  uint32_t stop = kOthersStop;
};
constexpr Role kRoles[] = {
    {"write", false, [](ShmChannel channel, Sheet& sheet) { return write_all(channel, sheet, "write"); }},
    {"loan", false, [](ShmChannel channel, Sheet& sheet) { return write_all(channel, sheet, "loan"); }},
    {"batch", false, [](ShmChannel channel, Sheet& sheet) { return write_all(channel, sheet, "batch"); }},
    {"listen", true, listen_all},
    {"peek", true, peek_all},
    {"add", false, add_all},
    {"call", false, [](ShmChannel channel, Sheet& sheet) { return call_all(channel, sheet, 1); }},
    {"calls", false, [](ShmChannel channel, Sheet& sheet) { return call_all(channel, sheet, 8); }},
    {"serve", true, [](ShmChannel channel, Sheet& sheet) { return serve_all(channel, sheet, 1); },
     kServersStop},
    {"hoard", true, [](ShmChannel channel, Sheet& sheet) { return serve_all(channel, sheet, 4); },
     kServersStop}};

int work(const std::string& role, const char* name, Sheet& sheet) {
  const auto found = std::ranges::find(kRoles, role, &Role::name);
  if (found == std::end(kRoles)) return SHM_E_ARGUMENT;
  ShmOptions options{};
  options.size = sizeof options;
  options.access = found->reads ? SHM_READ : SHM_WRITE;
  ShmChannel channel = 0;
  int32_t status = SHM_E_NO_SERVICE;  // for a moment: it was killed, too
  while (status == SHM_E_NO_SERVICE && !is_over(sheet, found->stop))
    status = ShmOpenUtf8(name, &options, &channel);
  if (status == SHM_E_NO_SERVICE) return 0;
  if (status != SHM_OK) return status;
  const int result = found->work(channel, sheet);
  ShmClose(channel);
  return result;
}

}  // namespace
}  // namespace shmbroker::tests

int main(int argc, char** argv) {
  using namespace shmbroker;
  if (argc != 4) return 2;
  const win::Handle section(OpenFileMappingA(FILE_MAP_WRITE, FALSE, argv[3]));
  const win::View view = win::View::map(section.get(), FILE_MAP_WRITE);
  if (!view) return 3;
  const int result = tests::work(argv[1], argv[2], *reinterpret_cast<tests::Sheet*>(view.memory()));
  if (result != 0) std::printf("%s on %s: %d, %s\n", argv[1], argv[2], result, ShmLastErrorTextUtf8());
  return result == 0 ? 0 : 1;
}
