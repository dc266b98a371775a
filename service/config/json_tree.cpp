#include "service/config/json_tree.h"

#include <cstring>
#include <iterator>
#include <utility>

namespace shmbroker::service {
namespace {

constexpr size_t kMostDepth = 32;  // of arrays and objects in each other

// Notes how far the parser has read: that is how a value learns its place.
class Reader {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Reader(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  Reader& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  Reader operator++(int) {
    const Reader before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Reader& other) const { return at_ == other.at_; }
  bool operator!=(const Reader& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

bool is_of_number(char c) { return std::strchr("0123456789+-.eE", c) != nullptr; }

// What nlohmann's parser calls for each token.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(std::string_view text) : text_(text), furthest_(text.data()) {}

  JsonTree build() {
    const char* const end = text_.data() + text_.size();
    Json::sax_parse(Reader(text_.data(), &furthest_), Reader(end, &furthest_), this,
                    Json::input_format_t::json, /*strict=*/true, /*ignore_comments=*/true);
    return std::move(root_);
  }

  bool null() override { return add(nullptr, before(4), read()); }
  bool boolean(bool value) override { return add(value, before(value ? 4 : 5), read()); }
  bool number_integer(number_integer_t value) override { return add(value, number_at(), number_end()); }
  bool number_unsigned(number_unsigned_t value) override { return add(value, number_at(), number_end()); }
  bool number_float(number_float_t value, const string_t&) override {
    return add(value, number_at(), number_end());
  }
  bool string(string_t& value) override { return add(std::move(value), string_at(), read()); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Json::object()); }
  bool start_array(size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    open_.back()->members.push_back({name, string_at(), {}});
    return true;
  }

  bool parse_error(size_t, const std::string&, const Json::exception& error) override {
    // nlohmann's text begins with "[json.exception.parse_error.101] parse error at line 1, column 2: ".
    std::string what = error.what();
    what.erase(0, what.find("] ") + 2);
    if (what.starts_with("parse error at")) what.erase(0, what.find(": ") + 2);
    if (what.find("forbidden character after backslash") != std::string::npos ||
        what.find("must be followed by 4 hex digits") != std::string::npos)
      what += R"(; in JSON a backslash is written twice: "C:\\Plant\\setpoints.bin")";
    throw JsonSyntaxError(what, read() - (read() > 0 ? 1 : 0));
  }

 private:
  size_t read() const { return static_cast<size_t>(furthest_ - text_.data()); }
  size_t before(size_t length) const { return read() - length; }

  // Behind a number the parser has read one character more, unless there was none.
  size_t number_end() const { return read() > 0 && !is_of_number(text_[read() - 1]) ? before(1) : read(); }
  size_t number_at() const {
    size_t at = number_end();
    while (at > 0 && is_of_number(text_[at - 1])) --at;
    return at;
  }

  // From the quote that was read last back to the one that is not escaped.
  size_t string_at() const {
    for (size_t at = read() - 1; at > 0;) {
      at = text_.rfind('"', at - 1);
      if (at == std::string_view::npos) return 0;
      const size_t other = text_.find_last_not_of('\\', at == 0 ? std::string_view::npos : at - 1);
      const size_t first = at == 0 || other == std::string_view::npos ? 0 : other + 1;
      if ((at - first) % 2 == 0) return at;
    }
    return 0;
  }

  JsonTree& place() {
    if (open_.empty()) return root_;
    JsonTree& parent = *open_.back();
    return parent.value.is_object() ? parent.members.back().value : parent.elements.emplace_back();
  }

  bool add(Json value, size_t at, size_t end) {
    JsonTree& tree = place();
    tree.value = std::move(value);
    tree.at = at;
    tree.end = end;
    return true;
  }

  // What is open stays where it is: elements are added to the innermost alone.
  bool open(Json value) {
    if (open_.size() == kMostDepth) throw JsonSyntaxError("arrays and objects nest too deeply", before(1));
    JsonTree& tree = place();
    tree.value = std::move(value);
    tree.at = before(1);
    open_.push_back(&tree);
    return true;
  }

  bool close() {
    open_.back()->end = read();
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const char* furthest_;
  JsonTree root_;
  std::vector<JsonTree*> open_;
};

}  // namespace

JsonTree parse_json(std::string_view text) { return Builder(text).build(); }

}  // namespace shmbroker::service
