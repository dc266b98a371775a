// doctor: what is wrong with this installation, and what to do about it.
#include "service/commands/doctor.h"

#include <windows.h>

#include <fmt/format.h>

#include <memory>

#include "service/broker/config_file.h"
#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/commands/exit_code.h"
#include "service/commands/output.h"
#include "service/commands/programs.h"
#include "service/commands/words.h"
#include "service/host/install.h"
#include "service/support/error.h"
#include "watch/words.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

std::string look_at_service(bool answers) {
  const ServiceFacts facts = service_facts();
  if (answers && facts.state != SERVICE_RUNNING) return "a broker in a console answers";
  if (!facts.installed) throw Error("not installed; as an administrator: shmbroker install");
  if (facts.state != SERVICE_RUNNING) throw Error("installed and not running; start it: shmbroker start");
  return "running, " + win::display_utf8(facts.command);
}

bool is_answered(const ClientApi& api) {
  ShmServiceState state{};
  state.size = sizeof state;
  return api.inspect_service(&state) == SHM_OK;
}

std::string look_at_dll(const ClientApi& api) {
  const uint32_t found = api.version();
  if (found != SHM_VERSION) {
    throw Error("shmclient.dll is " + version_word(found) + " and this program " + version_word(SHM_VERSION) +
                "; install the same version of both");
  }
  return "version " + version_word(found);
}

std::string look_at_config(const std::filesystem::path& file) {
  const Config config = load_config(file);
  if (!config.unavailable.empty())
    throw Error(fmt::format("{}", fmt::join(config.unavailable, "\n")) + "; the rest can be served");
  return fmt::format("{} is sound: {}", win::display_utf8(file.wstring()),
                     count_words(config.channels.size(), "channel"));
}

// A service that was not restarted after an update, or a file that it was not told about, are the usual
// surprises.
std::string look_at_state(const ClientApi& api) {
  const ShmServiceState state = inspect_service(api);
  const std::string process = "process " + std::to_string(state.pid);
  if (state.version != SHM_VERSION) {
    throw Error("the service (" + process + ") is version " + version_word(state.version) +
                " and this program " + version_word(SHM_VERSION) + "; restart the service: shmbroker stop, " +
                "shmbroker start");
  }
  if (state.reload_status != SHM_OK) {
    throw Error("the last reload was refused, and the configuration from before is in force: " +
                win::display_utf8(state.reload_text));
  }
  if (state.unavailable != 0) {
    throw Error(count_words(state.unavailable, "channel") +
                " unavailable: the service could not set up what its configuration names, and tries again; " +
                "shmbroker list names them, and shmbroker show CHANNEL has the reason");
  }
  return fmt::format("{}, version {}, {}, open {}", process, version_word(state.version),
                     count_words(state.channels, "channel"), count_words(state.clients, "time"));
}

std::string look_at_file(const ClientApi& api) {
  const ShmServiceState state = inspect_service(api);
  const std::string name = win::display_utf8(state.config);
  if (state.config[0] == 0) return "which file the service reads is told to administrators only";
  uint64_t written = 0;
  try {
    written = written_at(state.config);
  } catch (const Error& error) {
    const std::string what =
        "the service needs " + name + " for its next start, and it can't be read any more";
    throw win32_error(what + "; put it back, or see who may read it", error.win32());
  }
  if (written == state.configured) return name + " is what the service has read";
  throw Error(name + " has changed since the service read it; check it with shmbroker check-config, then: " +
              "shmbroker reload");
}

std::string look_at_channel(const ClientApi& api, const std::string& name) {
  const watch::Inspected watched = inspect(api, win::to_utf16(name).value_or(L""));
  const std::string rights = win::display_utf8(watched.state.rights);
  if ((watched.state.flags & SHM_CHANNEL_UNAVAILABLE) != 0)
    throw Error("unavailable: " + win::display_utf8(watched.state.reason) + "; " + rights);
  if (watched.state.access == 0) throw Error("you may not use it; " + rights);
  std::string text =
      "you may " + watch::rights_word(watched.state.kind, watched.state.access) + "; " + rights;
  for (const ShmClientState& client : watched.clients) {
    if ((client.flags & SHM_CLIENT_BLOCKS) == 0) continue;
    throw Error(text + "; " + Programs().words_of(client.pid) + " holds it up: it has not " +
                (client.access == SHM_READ ? "read what is there" : "committed its loan"));
  }
  if ((watched.state.flags & SHM_CHANNEL_HELD_UP) != 0)
    throw Error(text + "; it is held up by a process that you may not see: ask an administrator");
  if ((watched.state.flags & SHM_CHANNEL_UNTAKEN) != 0)
    throw Error(text + "; it is full, and no reader takes a message: start one");
  return text;
}

int doctor(const std::string& channel, bool as_json, const std::function<BrokerPaths()>& find_paths) {
  Findings findings(as_json ? Findings::Show::nothing : Findings::Show::lines);
  examine(channel, find_paths, findings);
  if (as_json) print_json(findings.json());
  return findings.have_failed() ? kFailed : kDone;
}

}  // namespace

void examine(const std::string& channel, const std::function<BrokerPaths()>& find_paths, Findings& findings) {
  findings.run("configuration", [&] { return look_at_config(find_paths().config); });
  std::unique_ptr<ClientApi> api;
  const bool loaded = findings.run("DLL", [&] {
    api = std::make_unique<ClientApi>();
    return look_at_dll(*api);
  });
  const bool answers = loaded && is_answered(*api);
  findings.run("service", [&] { return look_at_service(answers); });
  if (!loaded) return;
  const bool reached = findings.run(
      "reachable", [&] { return "yes; you may use " + count_words(inspect_all(*api).size(), "channel"); });
  if (!reached) return;
  findings.run("running", [&] { return look_at_state(*api); });
  findings.run("in force", [&] { return look_at_file(*api); });
  if (channel.empty()) return;
  findings.run("channel", [&] { return "'" + channel + "': " + look_at_channel(*api, channel); });
}

void add_doctor(CLI::App& app, Action& action, const std::function<BrokerPaths()>& find_paths) {
  struct Options {
    std::string channel;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("doctor", "What is wrong here, and what to do about it");
  command->add_option("channel", options->channel, "May you use this one, and does anybody hold it up?");
  command->add_flag("--json", options->json, "For scripts");
  command->footer("Exit code 0: all is well; 1: something is wrong.");
  command->callback([&action, options, find_paths] {
    action = [options, find_paths] { return doctor(options->channel, options->json, find_paths); };
  });
}

}  // namespace shmbroker::service
