#include "arguments.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "exit_code.h"
#include "text.h"

namespace samples {

CLI::Option* add_number(CLI::App& app, const std::string& name, uint32_t& value,
                        const std::string& description) {
  // CLI11's own numbers may be empty, octal or hexadecimal.
  const auto read = [&value, name](const std::string& text) {
    const char* end = text.data() + text.size();
    const auto [read_to, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && read_to == end) return;
    throw CLI::ValidationError(name, "a number from 0 to 4294967295 belongs here, not '" + text + "'");
  };
  return app.add_option_function<std::string>(name, read, description)->type_name("UINT");
}

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
