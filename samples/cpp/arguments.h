// The command line, in Unicode, for CLI11, which knows UTF-8 only.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace samples {

// What the program says instead of running: its help, or what is wrong with the command line.
struct Answer {
  int exit_code;
  std::wstring text;
};

// An option that takes a number, in decimal digits.
CLI::Option* add_number(CLI::App& app, const std::string& name, uint32_t& value,
                        const std::string& description);

std::optional<Answer> parse(CLI::App& app, int argc, wchar_t** argv);
Answer wrong_usage(const CLI::App& app, const std::wstring& what);

// What an option that CLI11 filled stands for.
std::wstring wide(const std::string& argument);

}  // namespace samples
