// shmbroker.exe: the service itself when the service control manager starts it, and the commands around it
// when a person does.
#include <windows.h>

#include <shmbroker/shmbroker.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "service/broker/broker.h"
#include "service/broker/keeper.h"
#include "service/commands/commands.h"
#include "service/commands/exit_code.h"
#include "service/commands/output.h"
#include "service/commands/words.h"
#include "service/host/install.h"
#include "service/host/paths.h"
#include "service/host/scm.h"
#include "service/support/console.h"
#include "service/support/error.h"
#include "service/support/folders.h"

namespace shmbroker::service {
namespace {

// Ctrl-C and the like, for as long as it lives.
class ConsoleStop {
 public:
  explicit ConsoleStop(Broker& broker) : done_(CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
    broker_ = &broker;
    event_ = done_.get();
    SetConsoleCtrlHandler(handler, TRUE);
  }
  ~ConsoleStop() {
    SetConsoleCtrlHandler(handler, FALSE);
    SetEvent(done_.get());
  }

 private:
  static BOOL WINAPI handler(DWORD control) {
    broker_->stop();
    // When the console closes or the user logs off, Windows ends the process as soon as this returns.
    if (control != CTRL_C_EVENT && control != CTRL_BREAK_EVENT) WaitForSingleObject(event_, INFINITE);
    return TRUE;
  }

  static inline Broker* broker_ = nullptr;
  static inline HANDLE event_ = nullptr;
  win::Handle done_;
};

int run_in_console(const BrokerPaths& paths) {
  Broker broker(paths, LogTo::console);
  const ConsoleStop stop(broker);
  console().write("ShmBroker is running; Ctrl-C stops it.\r\n");
  broker.run();
  return 0;
}

std::optional<std::wstring> wide(const std::string& text) {
  return text.empty() ? std::nullopt : win::to_utf16(text);
}

int run(std::vector<std::string> arguments) {
  CLI::App app("ShmBroker: the service that owns named shared memory and its locks.", "shmbroker");
  app.footer(
      "Without a command it expects to be started by the service control manager (sc.exe start "
      "ShmBroker).\n" +
      std::string(kExitCodes));
  app.set_version_flag("--version", version_word(SHM_VERSION));
  app.require_subcommand(0, 1);
  std::string config;
  std::string data;
  app.add_option(
      "--config", config,
      "Configuration file; otherwise %ProgramData%\\ShmBroker\\shmbroker.json, or the one beside this exe;\n"
      "with the commands that look at or change it the one that the installed service is to read");
  app.add_option(
      "--data", data,
      "Folder for log and state; otherwise %ProgramData%\\ShmBroker, with 'run' %LOCALAPPDATA%\\ShmBroker");
  app.fallthrough();
  const auto* run_command =
      app.add_subcommand("run", "Be the broker in this console, with nothing installed");
  const auto* install_command =
      app.add_subcommand("install",
                         "Register this exe as the service ShmBroker; one that is there gets this exe, and\n"
                         "keeps how it starts, its dependencies, its account and its options");
  const auto* uninstall_command = app.add_subcommand("uninstall", "Stop the service and remove it");
  const auto* set_up_command = app.add_subcommand(
      "set-up",
      "After sc.exe create: recovery, least rights, event log, data folder and example configuration");
  // For the broker itself, which starts it: no person has a use for it.
  auto* keep_command = app.add_subcommand("keep")->group("");
  std::vector<uintptr_t> inherited;
  keep_command->add_option("handles", inherited)->required()->expected(2);

  const auto paths = [&](LogTo to) { return find_paths(wide(config), wide(data), to); };
  Action action;
  const auto looked_at = [&] { return config.empty() ? service_paths() : paths(LogTo::service); };
  add_control(app, action, looked_at);
  add_list(app, action);
  add_top(app, action);
  add_transfer(app, action);
  add_call(app, action);
  add_check(app, action, looked_at);
  add_edit(app, action, looked_at);
  add_doctor(app, action, looked_at);
  add_selftest(app, action);
  add_support(app, action, looked_at);

  std::ranges::reverse(arguments);  // CLI11 takes a vector from its end
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kWrongUsage;  // --help is no error
  }

  if (*keep_command) {
    Keeper::keep(reinterpret_cast<HANDLE>(inherited[0]), reinterpret_cast<HANDLE>(inherited[1]));
  }
  if (action) return action();
  if (*run_command) return run_in_console(paths(LogTo::console));
  if (*install_command) {
    if (install(own_path(), {wide(config), wide(data)}) == Installed::again) {
      std::puts(
          "The service ShmBroker was there already: its program is this one now, and what you have chosen "
          "of\nits start, its dependencies and its account is as it was.");
    }
    std::puts("The service ShmBroker is installed. Start it with: shmbroker start");
    return 0;
  }
  if (*set_up_command) {
    set_up(own_path());
    std::puts("The service ShmBroker is set up. Start it with: shmbroker start");
    return 0;
  }
  if (*uninstall_command) {
    uninstall();
    std::puts("The service ShmBroker is removed.");
    return 0;
  }
  if (const auto exit_code = run_as_service([&] { return paths(LogTo::service); })) return *exit_code;
  std::fputs(app.help().c_str(), stderr);
  return 1;
}

}  // namespace
}  // namespace shmbroker::service

int wmain(int argc, wchar_t** argv) {
  // Whatever is loaded by its name from here on is Windows' own: not beside this program, not in the current
  // folder, not on PATH. What the program imports are known DLLs; tests/abi/check_imports.cmake sees to that.
  SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
  SetConsoleOutputCP(CP_UTF8);
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) arguments.push_back(shmbroker::win::display_utf8(argv[i]));
  try {
    return shmbroker::service::run(std::move(arguments));
  } catch (const shmbroker::service::OutputClosed&) {
    return shmbroker::service::kFailed;  // who had enough wants to hear no more
  } catch (const std::exception& error) {
    std::fprintf(stderr, "shmbroker: %s\n", error.what());
    return shmbroker::service::exit_code_of(error);
  }
}
