// A client's desk under somebody who writes into it, as its client may: the server, the broker and the client
// itself stay within it, and what the broker has swept is with no dead server.
#include <vector>

#include "core/call_waking.h"
#include "core/client_round.h"
#include "core/desk.h"
#include "tests/fuzz/input.h"

namespace shmbroker::fuzz {
namespace {

constexpr uint32_t kCalls = 3;

constexpr core::CallGeometry kService{.max_request = 100, .max_answer = 700, .calls = kCalls, .clients = 130};

// A word that looks like one goes further than any other.
uint64_t some_word(Input& input) {
  if (input.take<uint8_t>() % 4 == 0) return input.take<uint64_t>();
  return core::pack_call({static_cast<core::CallState>(input.below(8)), input.below(65), input.below(3)});
}

void serve(Input& input, const core::DeskServer& server) {
  const uint32_t call = server.find_posted(input.take<uint32_t>());
  if (call == core::DeskServer::kNone) return;
  require(call < kCalls);
  const uint32_t number = server.posted(call);
  // As the DLL does: a copy of the size, checked.
  const uint64_t size = server.request_size(call);
  if (size > server.desk().max_request() || !server.take(call, number)) return;
  std::vector<std::byte> bytes(static_cast<size_t>(size));
  server.copy_request(call, bytes);
  if (input.take<uint8_t>() % 2 == 0) server.answer(call, number, bytes);
}

void look(const core::DeskClient& client, const core::Desk& desk, uint32_t call) {
  const core::Outcome outcome = client.outcome(call, desk.answer(call).finished.load());
  if (outcome.size > desk.answer_room()) return;
  std::vector<std::byte> bytes(static_cast<size_t>(outcome.size));
  client.copy_answer(call, bytes);
}

void sweep(const core::Desk& desk, uint64_t servers) {
  core::sweep_calls(desk, servers);
  for (uint32_t call = 0; call < desk.used(); ++call) {
    const core::CallWord word = core::unpack_call(desk.word(call).load());
    require(!core::is_with_server(word.state) || (word.server < 64 && (servers >> word.server & 1) != 0));
  }
}

}  // namespace
}  // namespace shmbroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace shmbroker;
  fuzz::Input input(bytes, size);
  const core::Memory memory(core::desk_size(fuzz::kService));
  const core::Desk desk(memory.get(), fuzz::kService);
  const core::DeskClient client(desk);
  core::Bells bells{};
  core::ClientsSection clients{};
  core::ClientRound round(bells, clients, fuzz::kService.clients);
  while (!input.empty()) {
    const uint32_t call = input.below(fuzz::kCalls);
    const core::DeskServer server(desk, input.below(64));
    switch (input.take<uint8_t>() % 10) {
      case 0:
        desk.word(call).store(fuzz::some_word(input));
        desk.request(call).number.store(input.below(3));
        break;
      case 1:
        fuzz::scribble(input, memory, 0,
                       sizeof(core::DeskSection) + sizeof(core::CallRecord) + sizeof(core::RequestHeader));
        break;
      case 2:
        client.post(call, input.below(3), std::vector<std::byte>(input.below(101)));
        break;
      case 3:
        fuzz::serve(input, server);
        break;
      case 4:
        server.refuse(call, input.below(3), 1, std::vector<std::byte>(input.below(513)));
        break;
      case 5:
        fuzz::look(client, desk, call);
        break;
      case 6:
        client.give_up(call, input.below(3));
        break;
      case 7:
        fuzz::sweep(desk, input.take<uint64_t>());
        break;
      case 8:
        core::take_waiting_for_answer(desk.section());
        break;
      default: {
        bells.rung[input.below(core::kMaxClients / 64)].store(input.take<uint64_t>());
        clients.present[input.below(core::kMaxClients / 64)].store(input.take<uint64_t>());
        const uint32_t found = round.next_of_all([](uint32_t) { return true; });
        fuzz::require(found == core::ClientRound::kNone || found < core::kMaxClients);
        if (found != core::ClientRound::kNone) round.pass(found);
        round.next([](uint32_t each) { return each % 2 == 0; });
      }
    }
  }
  return 0;
}
