// monitor.exe: all channels in a window, and who has them open.
#include "monitor.h"

#include <windows.h>

#include "monitor_window.h"
#include "samples/cpp/arguments.h"
#include "samples/cpp/gui_program.h"

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE, wchar_t*, int) {
  using namespace samples;
  // Not from the current folder and not from PATH. Its own folder has shmclient.dll.
  SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
  std::string channel;
  const auto read = [&](int argc, wchar_t** argv) {
    CLI::App app("Shows the channels of ShmBroker, who has them open, and how they get on.", "monitor");
    app.add_option("channel", channel, "The channel to begin with");
    return parse(app, argc, argv);
  };
  if (const auto exit_code = answer_command_line(read)) return *exit_code;
  monitor::Chart::register_class(instance);
  monitor::Theme theme;
  return monitor::MonitorWindow(instance, theme, wide(channel)).run(instance, IDD_MONITOR);
}
