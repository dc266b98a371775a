#include "service/state_file.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "service/error.h"

namespace shmbroker::service {

State load_state(const std::filesystem::path& file) {
  std::ifstream stream(file);
  const auto json = nlohmann::json::parse(stream, nullptr, /*allow_exceptions=*/false);
  State state;
  if (!json.is_object()) return state;
  for (const auto& [name, words] : json.items()) {
    if (!words.is_array() || words.size() != 2) continue;
    if (!words[0].is_number_unsigned() || !words[1].is_number_unsigned()) continue;
    state[name] = {{words[0].get<uint64_t>(), words[1].get<uint64_t>()}};
  }
  return state;
}

void save_state(const std::filesystem::path& file, const State& state) {
  auto json = nlohmann::json::object();
  for (const auto& [name, instance] : state) json[name] = instance.words;
  std::filesystem::path next = file;
  next += L".new";
  {
    std::ofstream stream(next, std::ios::trunc);
    stream << json.dump(2) << '\n';
    if (!stream.flush()) throw Error("cannot write " + win::display_utf8(next.wstring()));
  }
  if (!MoveFileExW(next.c_str(), file.c_str(), MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH)) {
    throw win32_error("cannot replace " + win::display_utf8(file.wstring()));
  }
}

}  // namespace shmbroker::service
