// What wWinMain of both windows does before it shows one.
#pragma once

#include <windows.h>

#include <shellapi.h>

#include <memory>
#include <optional>

#include "arguments.h"

namespace samples {

// Has the command line read. Where that gives an answer (--help, wrong usage), shows it and returns the exit
// code.
template <class Read>
std::optional<int> answer_command_line(Read&& read) {
  int argc = 0;
  const std::unique_ptr<wchar_t*, HLOCAL(WINAPI*)(HLOCAL)> argv(CommandLineToArgvW(GetCommandLineW(), &argc),
                                                                LocalFree);
  const std::optional<Answer> answer = read(argc, argv.get());
  if (!answer) return std::nullopt;
  MessageBoxW(nullptr, answer->text.c_str(), L"ShmBroker",
              answer->exit_code == 0 ? MB_OK : MB_OK | MB_ICONERROR);
  return answer->exit_code;
}

}  // namespace samples
