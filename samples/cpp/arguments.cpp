#include "arguments.h"

#include <algorithm>
#include <vector>

#include "exit_code.h"
#include "text.h"

namespace samples {

std::optional<Answer> parse(CLI::App& app, int argc, wchar_t** argv) {
  app.allow_windows_style_options(false);  // or else the text "/hello" would be an option
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) arguments.push_back(to_utf8(argv[i]));
  std::ranges::reverse(arguments);  // CLI11 takes a vector from its end
  try {
    app.parse(std::move(arguments));
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    return Answer{kDone, wide(app.help())};
  } catch (const CLI::ParseError& error) {
    return wrong_usage(app, wide(error.what()));
  }
}

Answer wrong_usage(const CLI::App& app, const std::wstring& what) {
  const std::wstring program = wide(app.get_name());
  return {kWrongUsage, program + L": " + what + L"\nSee: " + program + L" --help"};
}

std::wstring wide(const std::string& argument) { return to_utf16(argument).value_or(std::wstring()); }

}  // namespace samples
