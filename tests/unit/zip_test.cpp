#include "service/commands/zip.h"

#include <gmock/gmock.h>

namespace shmbroker::service {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Zip, HasTheChecksumOfItsFiles) {
  EXPECT_EQ(crc32(""), 0u);
  EXPECT_EQ(crc32("123456789"), 0xCBF43926u);
}

uint32_t number_at(const std::string& bytes, size_t at, int size) {
  uint32_t number = 0;
  for (int i = size - 1; i >= 0; --i)
    number = number << 8 | static_cast<unsigned char>(bytes.at(at + static_cast<size_t>(i)));
  return number;
}

// Read as unzip does: from its end.
TEST(Zip, LeadsFromItsEndToEachFile) {
  Zip zip;
  zip.add("a/log.txt", "first");
  zip.add("\u00FC", std::string("\0\1", 2));
  const std::string bytes = zip.bytes();
  const size_t end = bytes.rfind("PK\5\6");
  ASSERT_EQ(end, bytes.size() - 22);
  EXPECT_EQ(number_at(bytes, end + 10, 2), 2u);
  size_t entry = number_at(bytes, end + 16, 4);
  EXPECT_EQ(number_at(bytes, end + 12, 4), end - entry);
  for (const auto& [name, content] :
       {std::pair<std::string, std::string>("a/log.txt", "first"), {"\u00FC", std::string("\0\1", 2)}}) {
    ASSERT_THAT(bytes.substr(entry), StartsWith("PK\1\2"));
    const size_t file = number_at(bytes, entry + 42, 4);
    EXPECT_EQ(bytes.substr(entry + 46, name.size()), name);
    EXPECT_EQ(number_at(bytes, entry + 16, 4), crc32(content));
    ASSERT_THAT(bytes.substr(file), StartsWith("PK\3\4"));
    EXPECT_EQ(bytes.substr(file + 30, name.size() + content.size()), name + content);
    entry += 46 + name.size();
  }
  EXPECT_EQ(entry, end);
}

}  // namespace
}  // namespace shmbroker::service
