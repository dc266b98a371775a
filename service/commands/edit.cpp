// add-channel, set-access, remove-channel: change the configuration's file, and have the service read it.
#include <windows.h>

#include <filesystem>
#include <functional>
#include <memory>

#include "service/broker/config_file.h"
#include "service/commands/commands.h"
#include "service/commands/output.h"
#include "service/commands/reload.h"
#include "service/config/config_edit.h"
#include "service/config/encoding.h"
#include "service/host/install.h"
#include "service/support/error.h"
#include "win/handle.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

using std::filesystem::path;

struct EditOptions {
  NewChannel channel;
  bool no_reload = false;
};

// At one stroke, with the rights of the file that is there: whoever reads it sees the old one or the new one.
void replace_file(const path& file, const std::string& bytes) {
  path next = file;
  next += L".new";
  const std::string name = win::display_utf8(file.wstring());
  {
    // Shared with nobody: two who edit at the same time don't mix.
    const win::Handle made(
        CreateFileW(next.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
    DWORD written = 0;
    if (!made || !WriteFile(made.get(), bytes.data(), static_cast<DWORD>(bytes.size()), &written, nullptr) ||
        !FlushFileBuffers(made.get())) {
      throw win32_error("cannot write " + win::display_utf8(next.wstring()) +
                        "; only administrators change the service's configuration");
    }
  }
  if (ReplaceFileW(file.c_str(), next.c_str(), nullptr, REPLACEFILE_IGNORE_MERGE_ERRORS, nullptr, nullptr))
    return;
  const DWORD error = GetLastError();
  DeleteFileW(next.c_str());
  throw win32_error("cannot replace " + name + "; it is as it was", error);
}

// The one that has the channel, of the file itself and those in conf.d.
path file_with(const path& main, const std::string& channel) {
  for (const path& file : config_files(main)) {
    if (has_channel(utf8_text(read_bytes(file)), channel)) return file;
  }
  throw Error("no channel '" + channel + "' is in " + win::display_utf8(main.wstring()) +
              " or in conf.d beside it; shmbroker list shows those there are");
}

bool is_read_by_a_service_that_runs(const path& main) {
  const ServiceFacts facts = service_facts();
  return facts.state == SERVICE_RUNNING && paths_of_command(facts.command).config == main;
}

// What others lack, such as an account of a domain that is late, keeps nobody from changing this channel.
// where: the channel, or a member of it.
void expect_available(const Config& config, const std::string& where) {
  std::string lacks;
  for (const std::string& line : config.unavailable) {
    if (line.starts_with(where)) lacks += (lacks.empty() ? "" : "\n") + line;
  }
  if (!lacks.empty()) throw Error(lacks);
}

struct Change {
  std::string channel;
  const char* member;                                   // the only one that it is about; "": all
  std::function<std::string(const std::string&)> text;  // gives the new text of the file
};

int edit(const path& main, const path& file, bool reloads, const Change& change) {
  load_config(main);  // what was wrong before is not told as if it came with the change
  const std::string bytes = read_bytes(file);
  const std::string changed = encoded_as(bytes, change.text(utf8_text(bytes)));
  const Config next = load_config(main, {{file, changed}});
  for (const ChannelConfig& channel : next.channels) {
    if (channel.name == change.channel)
      expect_available(next, channel.place + ": " + channel.pointer + "/" + change.member);
  }
  replace_file(file, changed);
  print(win::display_utf8(file.wstring()) + " is changed.\n");
  if (!reloads) return 0;
  if (!is_read_by_a_service_that_runs(main)) {
    print("The service does not run with it now, and reads it at its next start.\n");
    return 0;
  }
  print("The service has read its configuration again: " + reload_and_wait() + "\n");
  return 0;
}

void add_common(CLI::App& command, EditOptions& options) {
  command.add_option("channel", options.channel.name, "Its name")->required();
  command.add_flag("--no-reload", options.no_reload, "Change the file, and tell the service nothing of it");
  command.footer(
      "The file's comments and order stay. What would not be sound is refused, and changes nothing. For\n"
      "administrators; --config names another file than the installed service's.");
}

void add_accounts(CLI::App& command, EditOptions& options) {
  AccessChange& access = options.channel.access;
  const auto add = [&](const char* name, auto& accounts, const char* what) {
    command.add_option(name, accounts, std::string("Account that may ") + what + "; also several times")
        ->allow_extra_args(false);
  };
  add("--read", access.read, "read it");
  add("--write", access.write, "write it");
  add("--call", access.call, "call it, a service");
  add("--serve", access.serve, "serve it, a service");
}

int set_access(const path& main, const EditOptions& options) {
  const NewChannel& given = options.channel;
  return edit(main, file_with(main, given.name), !options.no_reload,
              {given.name, "access",
               [&](const std::string& text) { return with_access(text, given.name, given.access); }});
}

int remove_channel(const path& main, const EditOptions& options) {
  const std::string& name = options.channel.name;
  return edit(main, file_with(main, name), !options.no_reload,
              {name, "", [&](const std::string& text) { return without_channel(text, name); }});
}

}  // namespace

void add_edit(CLI::App& app, Action& action, const std::function<BrokerPaths()>& find_paths) {
  const auto options = std::make_shared<EditOptions>();
  NewChannel& channel = options->channel;
  auto* add = app.add_subcommand("add-channel", "Add a channel to the configuration, and reload it");
  add_common(*add, *options);
  add->add_option("--kind", channel.kind, "block, topic, queue or service")
      ->required()
      ->check(CLI::IsMember({"block", "topic", "queue", "service"}));
  add->add_option("--capacity", channel.capacity, "Bytes, or such as \"64 KiB\"; of all but a service");
  add->add_option("--max-message", channel.max_message, "Bytes of the largest message of a topic or a queue");
  add->add_option("--when-full", channel.when_full, "overwrite or wait; of a topic")
      ->check(CLI::IsMember({"overwrite", "wait"}));
  add->add_option("--max-request", channel.max_request, "Bytes of a service's largest request");
  add->add_option("--max-answer", channel.max_answer, "Bytes of a service's largest answer");
  add->add_option("--max-calls", channel.max_calls, "Calls under way at once through one handle");
  add->add_option("--max-clients", channel.max_clients, "Handles that may call a service");
  add->add_option("--file", channel.file, "Where a block's value is kept; under one of file_folders");
  add_accounts(*add, *options);
  add->callback([&action, options, find_paths] {
    if (options->channel.capacity.empty() && options->channel.kind != "service")
      throw CLI::RequiredError("--capacity");
    action = [options, find_paths] {
      const path main = find_paths().config;
      return edit(main, main, !options->no_reload, {options->channel.name, "", [&](const std::string& text) {
                                                      return with_channel(text, options->channel);
                                                    }});
    };
  });

  auto* access = app.add_subcommand("set-access", "Change who may use a channel, and reload");
  add_common(*access, *options);
  add_accounts(*access, *options);
  access->callback([&action, options, find_paths] {
    const AccessChange& given = options->channel.access;
    if (!given.read && !given.write && !given.call && !given.serve)
      throw CLI::RequiredError("--read, --write, --call or --serve");
    action = [options, find_paths] { return set_access(find_paths().config, *options); };
  });

  auto* remove = app.add_subcommand("remove-channel", "Remove a channel from the configuration, and reload");
  add_common(*remove, *options);
  remove->callback([&action, options, find_paths] {
    action = [options, find_paths] { return remove_channel(find_paths().config, *options); };
  });
}

}  // namespace shmbroker::service
