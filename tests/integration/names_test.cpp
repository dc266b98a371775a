// Names and texts, by UTF-16 and by UTF-8: both twins of a function say the same of the same channel.
#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

std::string utf8(const std::wstring& text) { return win::to_utf8(text).value(); }

std::wstring repeated(const std::wstring& text, size_t count) {
  std::wstring all;
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

// The first is the note's own text; the rest are pairs of surrogates, a combining accent, what else may stand
// in a name, and the longest names in units and in bytes.
const std::wstring kNames[] = {L"简单的共享内存示例",
                               L"\U0001D11E\U0001F600 clef and face",
                               L"e\u0301, ß/İ. ẞ 'x'",
                               std::wstring(SHM_NAME_MAX, L'x'),
                               std::wstring(SHM_NAME_MAX, L'内'),
                               repeated(L"\U0001F600", 31) + L"."};

std::string config_of_names() {
  std::vector<std::string> blocks;
  for (const std::wstring& name : kNames) blocks.push_back(block(utf8(name)));
  return config_of(blocks);
}

class Names : public ServiceTest, public testing::WithParamInterface<std::wstring> {
 protected:
  Names() : ServiceTest(config_of_names()) {}
};

TEST_P(Names, BothTwinsOpenTheSameChannelAndTellItsName) {
  const std::wstring& name = GetParam();
  ShmChannel wide = 0;
  ShmChannel narrow = 0;
  ASSERT_SHM(SHM_OK, ShmOpen(name.c_str(), nullptr, &wide));
  ASSERT_SHM(SHM_OK, ShmOpenUtf8(utf8(name).c_str(), nullptr, &narrow));
  write(wide, "one channel");
  EXPECT_EQ(read(narrow), (Answer{SHM_OK, "one channel"}));
  for (const ShmChannel channel : {wide, narrow}) {
    ShmInfoUtf8 info{};
    info.size = sizeof info;
    ASSERT_SHM(SHM_OK, ShmGetInfoUtf8(channel, &info));
    EXPECT_EQ(info.name, utf8(name));
    EXPECT_EQ(info_of(channel).name, name);
    EXPECT_SHM(SHM_OK, ShmClose(channel));
  }
}

TEST_P(Names, AnotherProcessFindsTheChannel) {
  const Opened in(GetParam().c_str(), SHM_READ);
  Peer peer;
  const ShmChannel out = peer.open(utf8(GetParam()), "w");
  EXPECT_SHM(SHM_OK, peer.write(out, "hello").status);
  EXPECT_EQ(read(in), (Answer{SHM_OK, "hello"}));
}

TEST_P(Names, BothTwinsOfTheLastErrorNameTheChannel) {
  const Opened channel(GetParam().c_str());
  ASSERT_SHM(SHM_E_SIZE, write(channel, std::string(513, 'x')));
  EXPECT_NE(std::wstring(ShmLastErrorText()).find(GetParam()), std::wstring::npos) << ShmLastErrorTextUtf8();
  EXPECT_EQ(ShmLastErrorTextUtf8(), utf8(ShmLastErrorText()));
}

INSTANTIATE_TEST_SUITE_P(Each, Names, testing::ValuesIn(kNames),
                         [](const auto& each) { return "No" + std::to_string(each.index); });

using NameList = Names;

TEST_F(NameList, HasEveryChannelInBothTwins) {
  uint32_t count = 0;
  ASSERT_SHM(SHM_OK, ShmListChannels(nullptr, 0, &count));
  ASSERT_EQ(count, std::size(kNames));
  std::vector<ShmInfo> wide(count);
  std::vector<ShmInfoUtf8> narrow(count);
  wide[0].size = sizeof(ShmInfo);
  narrow[0].size = sizeof(ShmInfoUtf8);
  ASSERT_SHM(SHM_OK, ShmListChannels(wide.data(), count, &count));
  ASSERT_SHM(SHM_OK, ShmListChannelsUtf8(narrow.data(), count, &count));
  for (const std::wstring& name : kNames) {
    const auto found = std::ranges::find(wide, name, [](const ShmInfo& info) { return info.name; });
    ASSERT_NE(found, wide.end()) << utf8(name);
    const ShmInfoUtf8& twin = narrow[static_cast<size_t>(found - wide.begin())];
    EXPECT_EQ(twin.name, utf8(name));
    for (const auto& [size, kind, access, capacity] :
         {std::tuple(found->size - sizeof(ShmInfo), found->kind, found->access, found->capacity),
          std::tuple(twin.size - sizeof(ShmInfoUtf8), twin.kind, twin.access, twin.capacity)}) {
      EXPECT_EQ(size, 0u);
      EXPECT_EQ(kind, SHM_BLOCK);
      EXPECT_EQ(access, SHM_READ | SHM_WRITE);
      EXPECT_EQ(capacity, 512u);
    }
  }
}

TEST_F(NameList, TellsHowManyThereAreWhereTheyDoNotFit) {
  ShmInfo list[2] = {};
  list[0].size = sizeof(ShmInfo);
  uint32_t count = 0;
  EXPECT_SHM(SHM_E_BUFFER, ShmListChannels(list, 2, &count));
  EXPECT_EQ(count, std::size(kNames));
  EXPECT_NE(std::wstring(list[1].name), L"");
}

// More than fit into one reply of the service, so that a list takes several.
class LongList : public ServiceTest {
 protected:
  static constexpr int kChannels = 150;
  LongList() : ServiceTest(config()) {}

  static std::string config() {
    std::string text = R"({ "create": { "accounts": ["Everyone"], "max_channels": 400 }, "channels": [)";
    for (int i = 0; i < kChannels; ++i)
      text += (i == 0 ? "" : ", ") + block("stays" + std::to_string(100 + i), 8);
    return text + "] }";
  }

  // How often each of the channels that stay is in a list.
  static std::map<std::wstring, int> look() {
    std::vector<ShmInfo> list(400);
    list[0].size = sizeof(ShmInfo);
    uint32_t count = 0;
    EXPECT_SHM(SHM_OK, ShmListChannels(list.data(), static_cast<uint32_t>(list.size()), &count));
    std::map<std::wstring, int> found;
    for (uint32_t i = 0; i < count; ++i) {
      if (std::wstring_view(list[i].name).starts_with(L"stays")) ++found[list[i].name];
    }
    return found;
  }
};

TEST_F(LongList, HasEachChannelOnceWhileOthersComeAndGo) {
  ShmOptions options = options_for(0, SHM_OPEN_CREATE);
  options.kind = SHM_BLOCK;
  options.capacity = 8;
  std::atomic<bool> over = false;
  std::thread others([&] {
    for (int i = 0; !over; ++i) {
      ShmChannel channel = 0;  // its name comes before those that stay
      ASSERT_SHM(SHM_OK, ShmOpen((L"a" + std::to_wstring(i)).c_str(), &options, &channel));
      ASSERT_SHM(SHM_OK, ShmClose(channel));
    }
  });
  for (int round = 0; round < 50; ++round) {
    const auto found = look();
    EXPECT_EQ(found.size(), size_t{kChannels});
    EXPECT_TRUE(std::ranges::all_of(found, [](const auto& entry) { return entry.second == 1; }));
  }
  over = true;
  others.join();
}

struct Refused {
  const char* title;
  int32_t status;
  std::wstring name;
};
void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.title; }

class RefusedName : public ServiceTest, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedName, IsRefusedByBothTwinsAndNoHandleIsGiven) {
  const auto& [title, status, name] = GetParam();
  ShmChannel channel = 77;
  EXPECT_SHM(status, ShmOpen(name.c_str(), nullptr, &channel));
  EXPECT_STRNE(ShmLastErrorText(), L"");
  EXPECT_SHM(status, ShmOpenUtf8(utf8(name).c_str(), nullptr, &channel));
  EXPECT_STRNE(ShmLastErrorTextUtf8(), "");
  EXPECT_EQ(channel, 77u);
}

INSTANTIATE_TEST_SUITE_P(
    Each, RefusedName,
    testing::Values(Refused{"Unknown", SHM_E_NOT_FOUND, L"没有"},
                    Refused{"OtherCase", SHM_E_NOT_FOUND, L"mapname"},
                    Refused{"OneMoreCharacter", SHM_E_NOT_FOUND, L"MapName."},
                    Refused{"BlankAtTheEnd", SHM_E_NAME, L"MapName "}, Refused{"Blank", SHM_E_NAME, L" "},
                    Refused{"ZeroWidth", SHM_E_NAME, L"Map\u200BName"},
                    Refused{"RightToLeft", SHM_E_NAME, L"\u202EemaNpaM"},
                    Refused{"Noncharacter", SHM_E_NAME, L"MapName\uFFFF"},
                    Refused{"LongestUnknown", SHM_E_NOT_FOUND, std::wstring(SHM_NAME_MAX, L'x')},
                    Refused{"Empty", SHM_E_NAME, L""},
                    Refused{"OneTooLong", SHM_E_NAME, std::wstring(SHM_NAME_MAX + 1, L'x')},
                    Refused{"OnePairTooLong", SHM_E_NAME, repeated(L"\U0001F600", 32)},
                    Refused{"MuchTooLong", SHM_E_NAME, std::wstring(100'000, L'x')},
                    Refused{"Backslash", SHM_E_NAME, L"Global\\MapName"},
                    Refused{"LineBreak", SHM_E_NAME, L"Map\nName"}, Refused{"Tab", SHM_E_NAME, L"\tMapName"},
                    Refused{"Delete", SHM_E_NAME, L"MapName\x7f"},
                    Refused{"C1Control", SHM_E_NAME, L"Map\u0085Name"}),
    [](const auto& each) { return std::string(each.param.title); });

TEST_F(RefusedName, IsShownWithEscapes) {
  ShmChannel channel = 77;
  EXPECT_SHM(SHM_E_NAME, ShmOpen(L"Map\u202E\x1b[2J", nullptr, &channel));
  EXPECT_NE(std::wstring(ShmLastErrorText()).find(L"'Map\\u202e\\x1b[2J' can't be"), std::wstring::npos)
      << ShmLastErrorTextUtf8();
}

TEST_F(RefusedName, HalfAPairIsNoName) {
  const std::wstring face = L"\U0001F600";
  ShmChannel channel = 77;
  EXPECT_SHM(SHM_E_NAME, ShmOpen(face.substr(0, 1).c_str(), nullptr, &channel));
  EXPECT_SHM(SHM_E_NAME, ShmOpen(face.substr(1).c_str(), nullptr, &channel));
}

TEST_F(RefusedName, BytesThatAreNoUtf8AreABadArgument) {
  ShmChannel channel = 77;
  for (const char* bytes : {"Map\xFFName", "\xC0\xAF", "\xED\xA0\x80", "cut \xE5\x85"}) {
    EXPECT_SHM(SHM_E_ARGUMENT, ShmOpenUtf8(bytes, nullptr, &channel)) << bytes;
  }
  EXPECT_EQ(channel, 77u);
}

TEST(Texts, EveryStatusHasASentenceOfItsOwnInBothTwins) {
  std::vector<std::string> seen;
  for (int32_t status = SHM_E_UNANSWERED - 1; status <= SHM_S_DROPPED + 1; ++status) {
    const std::string text = ShmErrorTextUtf8(status);
    EXPECT_EQ(utf8(ShmErrorText(status)), text);
    const bool known = status >= SHM_E_UNANSWERED && status <= SHM_S_DROPPED;
    EXPECT_EQ(text == ShmErrorTextUtf8(INT32_MIN), !known) << status << ": " << text;
    EXPECT_TRUE(!known || std::ranges::count(seen, text) == 0) << text;
    seen.push_back(text);
  }
}

TEST(Texts, VersionIsTheHeaders) { EXPECT_EQ(ShmVersion(), SHM_VERSION); }

}  // namespace
}  // namespace shmbroker::tests
