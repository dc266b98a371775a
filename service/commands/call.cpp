// call: asks a service by hand, with the user's own rights.
#include <cstdio>
#include <memory>
#include <vector>

#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/commands/message_form.h"
#include "service/commands/output.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

struct Options {
  std::string channel;
  GivenMessage request;
  uint32_t timeout_ms = 5000;
  bool raw = false;
};

int call(const Options& options) {
  const std::vector<char> request = bytes_of(options.request);
  const ClientApi api;
  const OpenChannel channel(api, win::to_utf16(options.channel).value_or(L""), SHM_CLIENT);
  const ShmInfo info = channel.info();
  // What another kind says to a call, the DLL has the words for.
  std::vector<char> answer(info.kind == SHM_SERVICE ? static_cast<size_t>(info.capacity) : 0);
  size_t size = 0;
  check(api, api.call(channel.get(), request.data(), request.size(), answer.data(), answer.size(), &size,
                      options.timeout_ms));
  answer.resize(size);
  print(text_of(answer, options.request.form, options.raw) + "\n");
  return 0;
}

}  // namespace

void add_call(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("call", "Call a service, and print its answer");
  command->add_option("channel", options->channel, "Its name")->required();
  add_message(*command, options->request);
  command->add_option("--timeout", options->timeout_ms, "Milliseconds to wait for the answer")
      ->capture_default_str();
  add_raw(*command, options->raw);
  command->callback([&action, options] { action = [options] { return call(*options); }; });
}

}  // namespace shmbroker::service
