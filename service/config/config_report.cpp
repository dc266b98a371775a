#include "service/config/config_report.h"

#include <algorithm>

#include "core/visible_text.h"
#include "service/config/config.h"

namespace shmbroker::service {
namespace {

constexpr size_t kMostShown = 60;    // bytes of a wrong value
constexpr size_t kMostErrors = 100;  // a file of another kind has nothing else

std::string cut(std::string text) {
  if (text.size() <= kMostShown) return text;
  size_t end = kMostShown - 3;
  while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // a character stays whole
  return text.substr(0, end) + "...";
}

// A value on one line. Where the brackets end does not matter: what is long is cut.
std::string compact(const JsonTree& tree, size_t most) {
  if (!tree.value.is_structured()) return tree.value.dump(-1, ' ', false, Json::error_handler_t::replace);
  const bool is_object = tree.value.is_object();
  std::string text(1, is_object ? '{' : '[');
  const auto add = [&](const std::string& part) { text += (text.size() > 1 ? "," : "") + part; };
  for (const JsonTree& element : tree.elements) {
    if (text.size() > most) break;
    add(compact(element, most));
  }
  for (const JsonTree::Member& member : tree.members) {
    if (text.size() > most) break;
    add(Json(member.name).dump() + ":" + compact(member.value, most));
  }
  return text + (is_object ? '}' : ']');
}

}  // namespace

std::string ConfigReport::excerpt(const JsonTree& value) const {
  return cut(core::visible_utf8(compact(value, kMostShown), core::Shown::name));
}

std::string ConfigReport::place_of(size_t at) const {
  if (at < counted_.at) counted_ = {};
  for (; counted_.at < std::min(at, text_.size()); ++counted_.at) {
    const char c = text_[counted_.at];
    const bool is_first_byte = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    counted_.column = c == '\n' ? 1 : counted_.column + (is_first_byte ? 1 : 0);
    counted_.line += c == '\n' ? 1 : 0;
  }
  return "line " + std::to_string(counted_.line) + ", column " + std::to_string(counted_.column);
}

std::string ConfigReport::line_of(size_t at, const std::string& pointer, const std::string& what) const {
  return whole_place_of(at) + ": " +
         (pointer.empty() ? "/" : core::visible_utf8(pointer, core::Shown::name)) + ": " + what;
}

void ConfigReport::add_error(size_t at, const std::string& pointer, const std::string& what) {
  errors_.push_back({at, line_of(at, pointer, what)});
}

void ConfigReport::add_warning(size_t at, const std::string& pointer, const std::string& what) {
  warnings_.push_back({at, line_of(at, pointer, what)});
}

// As they stand in the file.
std::vector<std::string> ConfigReport::lines_of(std::vector<Finding>& findings) {
  std::ranges::stable_sort(findings, {}, &Finding::at);
  std::vector<std::string> lines;
  for (const Finding& finding : findings) lines.push_back(finding.line);
  return lines;
}

std::vector<std::string> ConfigReport::finish() {
  const std::vector<std::string> errors = lines_of(errors_);
  if (errors.empty()) return lines_of(warnings_);
  std::string text;
  for (size_t i = 0; i < std::min(errors.size(), kMostErrors); ++i) text += (i == 0 ? "" : "\n") + errors[i];
  if (errors.size() > kMostErrors) text += "\nand " + std::to_string(errors.size() - kMostErrors) + " more";
  throw ConfigError(text);
}

}  // namespace shmbroker::service
