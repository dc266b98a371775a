// What goes over the service's pipe that no client of ours would send.
#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "core/layout.h"
#include "protocol/pipe_message.h"
#include "protocol/status.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"
#include "tests/support/wine.h"
#include "win/handle.h"

namespace shmbroker::tests {
namespace {

constexpr DWORD kTalk = FILE_GENERIC_READ | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA;

class Pipe : public ServiceTest {
 protected:
  static win::Handle connect() {
    win::Handle pipe;
    eventually([&] {
      pipe = win::Handle(CreateFileW(pipe::kPipeName, kTalk, 0, nullptr, OPEN_EXISTING,
                                     SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, nullptr));
      return pipe || GetLastError() != ERROR_PIPE_BUSY;
    });
    DWORD mode = PIPE_READMODE_MESSAGE;
    EXPECT_TRUE(pipe && SetNamedPipeHandleState(pipe.get(), &mode, nullptr, nullptr)) << GetLastError();
    return pipe;
  }

  // What comes back: bytes of a reply, or 0 where the service hung up.
  static DWORD say(const win::Handle& pipe, const void* bytes, DWORD size, std::span<std::byte> reply) {
    DWORD done = 0;
    if (!WriteFile(pipe.get(), bytes, size, &done, nullptr)) return 0;
    return ReadFile(pipe.get(), reply.data(), static_cast<DWORD>(reply.size()), &done, nullptr) ? done : 0;
  }

  static pipe::OpenRequest open_request() {
    pipe::OpenRequest request{};
    request.header = {sizeof request, static_cast<uint32_t>(pipe::RequestType::open), pipe::kProtocolVersion,
                      core::kLayoutVersion};
    request.access = core::kRead;
    const std::u16string name = u"MapName";
    std::copy(name.begin(), name.end(), request.name);
    return request;
  }

  template <class Request>
  static Request request_of(pipe::RequestType type) {
    Request request{};
    request.header = {sizeof request, static_cast<uint32_t>(type), pipe::kProtocolVersion,
                      core::kLayoutVersion};
    return request;
  }

  // Opens as our DLL does, or, without the acknowledgement, as one that dies before it has read the reply.
  pipe::OpenReply open(uint32_t access, uint32_t flags, bool acknowledged) {
    pipe::OpenRequest request = open_request();
    request.access = access;
    request.flags = flags;
    pipe::OpenReply granted{};
    const win::Handle pipe = connect();
    EXPECT_EQ(say(pipe, &request, sizeof request, std::as_writable_bytes(std::span(&granted, 1))),
              sizeof granted);
    EXPECT_EQ(granted.header.status, SHM_OK);
    if (!acknowledged) return granted;
    const auto acknowledge = request_of<pipe::AcknowledgeRequest>(pipe::RequestType::acknowledge);
    EXPECT_EQ(say(pipe, &acknowledge, sizeof acknowledge, reply_), sizeof(pipe::AcknowledgeReply));
    return granted;
  }

  // The status of a close.
  int32_t close(const pipe::OpenReply& granted) {
    auto request = request_of<pipe::CloseRequest>(pipe::RequestType::close);
    std::copy(std::begin(granted.instance), std::end(granted.instance), request.instance);
    const pipe::OpenRequest open = open_request();
    std::copy(std::begin(open.name), std::end(open.name), request.name);
    request.reader = granted.reader;
    request.writer = granted.writer;
    request.reader_generation = granted.reader_generation;
    request.writer_generation = granted.writer_generation;
    EXPECT_EQ(say(connect(), &request, sizeof request, reply_), sizeof(pipe::CloseReply));
    return reinterpret_cast<pipe::CloseReply*>(reply_.data())->header.status;
  }

  static int32_t open_exclusively() {
    const ShmOptions options = options_for(SHM_WRITE, SHM_OPEN_EXCLUSIVE);
    ShmChannel channel = 0;
    const int32_t status = ShmOpen(L"MapName", &options, &channel);
    if (status == SHM_OK) ShmClose(channel);
    return status;
  }

  void expect_serving() { EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "served")); }

  std::vector<std::byte> reply_ = std::vector<std::byte>(pipe::kMaxReply);
};

TEST_F(Pipe, AnswersWhatAClientOfOursSends) {
  const pipe::OpenRequest request = open_request();
  ASSERT_EQ(say(connect(), &request, sizeof request, reply_), sizeof(pipe::OpenReply));
  EXPECT_EQ(reinterpret_cast<pipe::OpenReply*>(reply_.data())->header.status, SHM_OK);
}

TEST_F(Pipe, HangsUpOnWhatIsNoRequest) {
  const pipe::OpenRequest request = open_request();
  const std::string noise(pipe::kMaxRequest, '\xAA');
  const std::string too_long(64 * 1024, 'x');
  EXPECT_EQ(say(connect(), "", 0, reply_), 0u);
  EXPECT_EQ(say(connect(), "x", 1, reply_), 0u);
  EXPECT_EQ(say(connect(), noise.data(), static_cast<DWORD>(noise.size()), reply_), 0u);
  EXPECT_EQ(say(connect(), too_long.data(), static_cast<DWORD>(too_long.size()), reply_), 0u);
  EXPECT_EQ(say(connect(), &request, sizeof request - 1, reply_), 0u);
  pipe::OpenRequest other = request;
  other.header.size = 12;
  EXPECT_EQ(say(connect(), &other, sizeof other, reply_), 0u);
  other = request;
  other.header.type = 99;
  EXPECT_EQ(say(connect(), &other, sizeof other, reply_), 0u);
  expect_serving();
}

// Such as one that does so for minutes: what the log has to say of others stays in it.
TEST_F(Pipe, WritesFewLinesAboutAClientThatIsRefusedAllTheTime) {
  constexpr int kTimes = 300;
  pipe::OpenRequest unknown = open_request();
  unknown.name[0] = u'?';
  for (int i = 0; i < kTimes; ++i) {
    EXPECT_EQ(say(connect(), "noise", 5, reply_), 0u);
    EXPECT_EQ(say(connect(), &unknown, sizeof unknown, reply_), sizeof(pipe::OpenReply));
  }
  const std::string log = service.log();
  EXPECT_LT(std::ranges::count(log, '\n'), 20);
  EXPECT_NE(log.find("5 bytes that are no request"), std::string::npos) << log;
  EXPECT_NE(log.find("there is no channel '?apName'"), std::string::npos) << log;
}

// A newer program's request is longer; what it must not overlook comes with another protocol version.
TEST_F(Pipe, AnswersALongerRequestOfANewerProgram) {
  struct Newer {
    pipe::OpenRequest known = open_request();
    uint64_t later = 7;
  } request;
  request.known.header.size = sizeof request;
  ASSERT_EQ(say(connect(), &request, sizeof request, reply_), sizeof(pipe::OpenReply));
  EXPECT_EQ(reinterpret_cast<pipe::OpenReply*>(reply_.data())->header.status, SHM_OK);
}

// Who only watches needs no memory.
TEST_F(Pipe, ListsForAProgramThatHasAnotherLayout) {
  auto list = request_of<pipe::ListRequest>(pipe::RequestType::list);
  ++list.header.layout;
  ASSERT_EQ(say(connect(), &list, sizeof list, reply_), sizeof(pipe::ListReply));
  EXPECT_EQ(reinterpret_cast<pipe::ListReply*>(reply_.data())->header.status, SHM_OK);
}

TEST_F(Pipe, RefusesAnotherVersionWithWords) {
  for (const bool layout : {false, true}) {
    pipe::OpenRequest request = open_request();
    ++(layout ? request.header.layout : request.header.protocol);
    ASSERT_EQ(say(connect(), &request, sizeof request, reply_), sizeof(pipe::OpenReply));
    const auto& header = reinterpret_cast<pipe::OpenReply*>(reply_.data())->header;
    EXPECT_EQ(header.status, SHM_E_VERSION);
    EXPECT_NE(header.text[0], 0);
  }
}

TEST_F(Pipe, RefusesANameWithoutEndAndRightsThatAreNone) {
  pipe::OpenRequest request = open_request();
  std::fill(std::begin(request.name), std::end(request.name), u'x');
  ASSERT_EQ(say(connect(), &request, sizeof request, reply_), sizeof(pipe::OpenReply));
  EXPECT_EQ(reinterpret_cast<pipe::OpenReply*>(reply_.data())->header.status, SHM_E_NAME);
  request = open_request();
  request.access = 0xFFFFFFFF;
  ASSERT_EQ(say(connect(), &request, sizeof request, reply_), sizeof(pipe::OpenReply));
  EXPECT_LT(reinterpret_cast<pipe::OpenReply*>(reply_.data())->header.status, 0);
}

TEST_F(Pipe, RefusesWhatIsNoNameAndWritesNoLinesOfItIntoTheLog) {
  const std::u16string name = u"x'\n2026-01-01 forged";
  pipe::OpenRequest open = open_request();
  std::copy(name.begin(), name.end(), open.name);
  pipe::InspectRequest inspect{};
  inspect.header = open.header;
  inspect.header.size = sizeof inspect;
  inspect.header.type = static_cast<uint32_t>(pipe::RequestType::inspect);
  std::copy(name.begin(), name.end(), inspect.name);
  ASSERT_EQ(say(connect(), &open, sizeof open, reply_), sizeof(pipe::OpenReply));
  EXPECT_EQ(reinterpret_cast<pipe::OpenReply*>(reply_.data())->header.status, SHM_E_NAME);
  ASSERT_EQ(say(connect(), &inspect, sizeof inspect, reply_), sizeof(pipe::InspectReply));
  EXPECT_EQ(reinterpret_cast<pipe::InspectReply*>(reply_.data())->header.status, SHM_E_NAME);
  const std::string log = service.log();
  EXPECT_NE(log.find("\\x0a2026-01-01 forged"), std::string::npos) << log;
  EXPECT_EQ(log.find("\n2026-01-01 forged"), std::string::npos) << log;
}

// With dynamic tracking a client may show the token that it acts with when it writes: also one that it has
// from somebody else just to identify him.
TEST_F(Pipe, RefusesAClientWhoseTokenMayBeAnothers) {
  if (is_wine()) GTEST_SKIP() << "a server gets its own token, whatever its client connects with";
  const win::Handle pipe(
      CreateFileW(pipe::kPipeName, kTalk, 0, nullptr, OPEN_EXISTING,
                  SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION | SECURITY_CONTEXT_TRACKING, nullptr));
  ASSERT_TRUE(pipe);
  DWORD mode = PIPE_READMODE_MESSAGE;
  ASSERT_TRUE(SetNamedPipeHandleState(pipe.get(), &mode, nullptr, nullptr));
  const pipe::OpenRequest request = open_request();
  ASSERT_EQ(say(pipe, &request, sizeof request, reply_), sizeof(pipe::OpenReply));
  const auto& header = reinterpret_cast<pipe::OpenReply*>(reply_.data())->header;
  EXPECT_EQ(header.status, SHM_E_SYSTEM);
  const std::wstring text = reinterpret_cast<const wchar_t*>(header.text);
  EXPECT_NE(text.find(L"SECURITY_CONTEXT_TRACKING"), std::wstring::npos);
}

// What a list costs is a request for each 64 channels, and no more for those that come after them.
class ManyChannels : public Pipe {
 protected:
  static constexpr int kChannels = 300;
  ManyChannels() {
    std::vector<std::string> channels;
    for (int i = 0; i < kChannels; ++i) channels.push_back(block("channel " + std::to_string(1000 + i), 8));
    service.configure(config_of(channels));
  }
};

TEST_F(ManyChannels, AreListedPageByPage) {
  pipe::ListRequest request{};
  request.header = open_request().header;
  request.header.size = sizeof request;
  request.header.type = static_cast<uint32_t>(pipe::RequestType::list);
  std::vector<std::u16string> names;
  int pages = 0;
  for (uint32_t more = 1; more != 0; ++pages) {
    ASSERT_EQ(say(connect(), &request, sizeof request, reply_), sizeof(pipe::ListReply));
    const auto& reply = *reinterpret_cast<const pipe::ListReply*>(reply_.data());
    ASSERT_EQ(reply.header.status, SHM_OK);
    for (uint32_t i = 0; i < reply.count; ++i) names.emplace_back(reply.entries[i].name);
    std::copy(std::begin(reply.last), std::end(reply.last), request.after);
    more = reply.more;
  }
  EXPECT_EQ(pages, (kChannels + 63) / 64);
  EXPECT_EQ(names.size(), size_t{kChannels});
  EXPECT_TRUE(std::ranges::is_sorted(names));
}

TEST_F(Pipe, TakesBackAPlaceWhoseReplyIsNotAcknowledged) {
  open(core::kWrite, pipe::kOpenExclusive, /*acknowledged=*/false);
  EXPECT_TRUE(eventually([] { return open_exclusively() == SHM_OK; }));
}

TEST_F(Pipe, TakesBackAPlaceWhoseClientHungUpBeforeTheReply) {
  pipe::OpenRequest request = open_request();
  request.access = core::kWrite;
  request.flags = pipe::kOpenExclusive;
  DWORD done = 0;
  ASSERT_TRUE(WriteFile(connect().get(), &request, sizeof request, &done, nullptr));
  EXPECT_TRUE(eventually([&] { return service.log().find("free again") != std::string::npos; }))
      << service.log();
  EXPECT_SHM(SHM_OK, open_exclusively());
}

TEST_F(Pipe, TakesBackAPlaceWhoseReplyIsAnsweredWithSomethingElse) {
  pipe::OpenRequest request = open_request();
  request.access = core::kWrite;
  request.flags = pipe::kOpenExclusive;
  const win::Handle pipe = connect();
  ASSERT_EQ(say(pipe, &request, sizeof request, reply_), sizeof(pipe::OpenReply));
  EXPECT_EQ(say(pipe, &request, sizeof request, reply_), 0u) << "it hangs up";
  EXPECT_SHM(SHM_OK, open_exclusively());
}

TEST_F(Pipe, LeavesAPlaceWhoseReplyIsAcknowledged) {
  const pipe::OpenReply granted = open(core::kWrite, pipe::kOpenExclusive, /*acknowledged=*/true);
  EXPECT_SHM(SHM_E_BUSY, open_exclusively());
  EXPECT_SHM(SHM_OK, close(granted));
  EXPECT_SHM(SHM_OK, open_exclusively());
}

TEST_F(Pipe, TakesARepeatedCloseForNoOtherPlaceOfThatClient) {
  for (const uint32_t access : {core::kRead, core::kWrite}) {
    const pipe::OpenReply first = open(access, 0, /*acknowledged=*/true);
    EXPECT_SHM(SHM_OK, close(first));
    const pipe::OpenReply next = open(access, 0, /*acknowledged=*/true);
    ASSERT_EQ(next.reader, first.reader);
    ASSERT_EQ(next.writer, first.writer);
    EXPECT_SHM(SHM_E_ARGUMENT, close(first));
    EXPECT_SHM(SHM_OK, close(next)) << "it was still there";
  }
}

TEST_F(Pipe, TakesBackNoPlaceFromWhoDoesNotHaveIt) {
  Peer victim;
  const ShmChannel out = victim.open("MapName", "w");
  const pipe::OpenReply ours = open(core::kWrite, 0, /*acknowledged=*/true);
  pipe::OpenReply theirs = ours;
  theirs.writer = 1 - ours.writer;  // the first two have been given out
  EXPECT_SHM(SHM_E_ARGUMENT, close(theirs));
  theirs.writer = 4'000'000'000;
  EXPECT_SHM(SHM_E_ARGUMENT, close(theirs));
  EXPECT_SHM(SHM_OK, victim.write(out, "still there").status);
  EXPECT_EQ(read(Opened(L"MapName", SHM_READ)).text, "still there");
  EXPECT_EQ(info_of(Opened(L"MapName", SHM_READ)).writers, 2u);
}

TEST_F(Pipe, SilentClientsKeepNobodyOut) {
  std::vector<win::Handle> silent;
  for (int i = 0; i < 1200; ++i) silent.push_back(connect());
  ShmOptions options = options_for(SHM_READ);
  options.open_timeout_ms = 2000;  // less than the service gives the silent ones
  Peer other;
  EXPECT_EQ(other.read(other.open("MapName", "rw"), 0).status, SHM_E_EMPTY);
  ShmChannel channel = 0;
  ASSERT_SHM(SHM_OK, ShmOpen(L"MapName", &options, &channel));
  EXPECT_SHM(SHM_OK, ShmClose(channel));
}

// So that others always find a connection free, and who speaks at once is served.
TEST_F(Pipe, AnAccountThatHasItsShareLosesTheConnectionThatHasBeenSilentLongest) {
  constexpr size_t kShare = 768;
  std::vector<win::Handle> silent;
  for (size_t i = 0; i < kShare; ++i) silent.push_back(connect());
  const auto is_there = [&](size_t i) {
    return PeekNamedPipe(silent[i].get(), nullptr, 0, nullptr, nullptr, nullptr) != FALSE;
  };
  EXPECT_TRUE(is_there(0));
  const pipe::OpenRequest request = open_request();
  EXPECT_EQ(say(connect(), &request, sizeof request, reply_), sizeof(pipe::OpenReply));
  EXPECT_FALSE(is_there(0));
  EXPECT_TRUE(is_there(1));
  EXPECT_TRUE(is_there(kShare - 1));
}

}  // namespace
}  // namespace shmbroker::tests
