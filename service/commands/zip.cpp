#include "service/commands/zip.h"

#include <array>
#include <stdexcept>

namespace shmbroker::service {
namespace {

void put16(std::string& to, uint32_t number) {
  to += static_cast<char>(number & 0xFF);
  to += static_cast<char>(number >> 8 & 0xFF);
}

void put32(std::string& to, uint32_t number) {
  put16(to, number & 0xFFFF);
  put16(to, number >> 16);
}

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
    table[i] = crc;
  }
  return table;
}

}  // namespace

uint32_t crc32(std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = make_crc_table();
  uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) crc = kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFF] ^ crc >> 8;
  return ~crc;
}

// What a file's own header and its entry in the directory have in common.
std::string Zip::common_header(const Entry& entry) {
  constexpr uint32_t kVersion = 20;
  constexpr uint32_t kNamesAreUtf8 = 1u << 11;
  constexpr uint32_t kFirstOfJanuary1980 = 1 << 5 | 1;
  std::string header;
  put16(header, kVersion);
  put16(header, kNamesAreUtf8);
  put16(header, 0);  // stored
  put16(header, 0);  // time
  put16(header, kFirstOfJanuary1980);
  put32(header, entry.crc);
  put32(header, entry.size);
  put32(header, entry.size);
  put16(header, static_cast<uint32_t>(entry.name.size()));
  put16(header, 0);  // nothing more
  return header;
}

void Zip::add(const std::string& name, std::string_view content) {
  if (files_.size() + content.size() > UINT32_MAX - (1u << 20)) throw std::length_error("a zip of 4 GiB");
  const Entry entry{name, crc32(content), static_cast<uint32_t>(content.size()),
                    static_cast<uint32_t>(files_.size())};
  files_ += "PK\3\4" + common_header(entry) + name;
  files_ += content;
  entries_.push_back(entry);
}

std::string Zip::bytes() const {
  std::string directory;
  for (const Entry& entry : entries_) {
    directory += "PK\1\2";
    put16(directory, 20);  // made as version 2.0 does
    directory += common_header(entry);
    put16(directory, 0);  // no comment
    put16(directory, 0);  // on the first disk
    put16(directory, 0);  // not known to be text
    put32(directory, 0);  // no attributes
    put32(directory, entry.at);
    directory += entry.name;
  }
  std::string end = "PK\5\6";
  put16(end, 0);
  put16(end, 0);
  put16(end, static_cast<uint32_t>(entries_.size()));
  put16(end, static_cast<uint32_t>(entries_.size()));
  put32(end, static_cast<uint32_t>(directory.size()));
  put32(end, static_cast<uint32_t>(files_.size()));
  put16(end, 0);
  return files_ + directory + end;
}

}  // namespace shmbroker::service
