// Who may do what with the service's folder, and whose folder it takes. Wine keeps neither owners nor entries
// of files: what it can't show is read from the descriptors.
#include "service/support/data_folder.h"

#include <aclapi.h>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "service/support/error.h"
#include "service/support/ownership.h"
#include "win/security.h"

namespace shmbroker::service {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr wchar_t kServiceSid[] = L"S-1-5-80-1-2-3-4-5";
constexpr wchar_t kOwnerRights[] = L"S-1-3-4";
constexpr wchar_t kAdministrators[] = L"S-1-5-32-544";
constexpr wchar_t kUsers[] = L"S-1-5-32-545";
const Identity kService{L"S-1-5-19", kServiceSid};
const Identity kWithoutSid{L"S-1-5-19", L""};

struct Rights {
  DWORD on_itself = 0;
  DWORD on_files = 0;  // that are made in it
};

// What a descriptor's entries allow somebody.
Rights rights_of(const std::wstring& sddl, const std::wstring& who) {
  const auto descriptor = win::SecurityDescriptor::from_sddl(sddl);
  if (!descriptor) throw std::runtime_error("no descriptor");
  Rights rights;
  for (const win::Entry& entry : win::entries_of(descriptor)) {
    if (entry.sid != who) continue;
    if ((entry.flags & INHERIT_ONLY_ACE) == 0) rights.on_itself |= entry.mask;
    if ((entry.flags & OBJECT_INHERIT_ACE) != 0) rights.on_files |= entry.mask;
  }
  return rights;
}

bool is_protected(const std::wstring& sddl) {
  const auto descriptor = win::SecurityDescriptor::from_sddl(sddl);
  SECURITY_DESCRIPTOR_CONTROL control = 0;
  DWORD revision = 0;
  return GetSecurityDescriptorControl(descriptor.get(), &control, &revision) &&
         (control & SE_DACL_PROTECTED) != 0;
}

constexpr DWORD kToRule = WRITE_DAC | WRITE_OWNER;

TEST(DataFolder, LetsTheServiceAddFilesAndRemoveNoneOfOthers) {
  for (const auto& [service, sid] : {std::pair(kService, kServiceSid), std::pair(kWithoutSid, L"S-1-5-19")}) {
    const DWORD rights = rights_of(folder_sddl(L"BA", service), sid).on_itself;
    constexpr DWORD kAdd = FILE_LIST_DIRECTORY | FILE_ADD_FILE | FILE_TRAVERSE | READ_CONTROL;
    EXPECT_EQ(rights & kAdd, kAdd);
    EXPECT_EQ(rights & (FILE_DELETE_CHILD | DELETE | kToRule | GENERIC_ALL), 0u);
  }
}

// A log is renamed when it is full, a new state takes the place of the old one.
TEST(DataFolder, LetsTheServiceWriteRenameAndRemoveItsOwnFiles) {
  const DWORD rights = rights_of(folder_sddl(L"BA", kService), kServiceSid).on_files;
  constexpr DWORD kUse = FILE_READ_DATA | FILE_WRITE_DATA | FILE_APPEND_DATA | DELETE | SYNCHRONIZE;
  EXPECT_EQ(rights & kUse, kUse);
  EXPECT_EQ(rights & kToRule, 0u);
}

TEST(DataFolder, IsClosedToTheAccountThatTheServiceShares) {
  const std::wstring folder = folder_sddl(L"BA", kService);
  EXPECT_TRUE(is_protected(folder));
  EXPECT_EQ(rights_of(folder, L"S-1-5-19").on_files, 0u);
  EXPECT_EQ(rights_of(folder, kOwnerRights).on_files, DWORD{READ_CONTROL})
      << "LocalService owns the service's files";
  EXPECT_EQ(rights_of(folder, kUsers).on_itself, 0u);
  EXPECT_EQ(rights_of(folder, kAdministrators).on_files, DWORD{FILE_ALL_ACCESS});
}

TEST(DataFolder, ConfigurationIsAdministratorsAndReadByAll) {
  const std::wstring config = config_sddl();
  EXPECT_TRUE(is_protected(config)) << "or the service had its rights on files here";
  EXPECT_TRUE(config.starts_with(L"O:BA"));
  EXPECT_EQ(rights_of(config, kOwnerRights).on_itself, DWORD{READ_CONTROL});
  EXPECT_EQ(rights_of(config, kAdministrators).on_itself, DWORD{FILE_ALL_ACCESS});
  EXPECT_EQ(rights_of(config, kServiceSid).on_itself, 0u);
  for (const wchar_t* reader : {L"S-1-5-19", kUsers})
    EXPECT_EQ(rights_of(config, reader).on_itself, DWORD{FILE_GENERIC_READ});
}

TEST(DataFolder, IsTakenFromWhoMayBeTrustedAlone) {
  const std::wstring own = win::process_user();
  for (const wchar_t* owner : {L"S-1-5-18", L"S-1-5-19", kAdministrators, own.c_str()})
    EXPECT_EQ(distrust_reason(0, owner), "") << win::display_utf8(owner);
  const std::string against = distrust_reason(0, kUsers);
  EXPECT_THAT(against, HasSubstr(win::display_utf8(win::account_name(kUsers))));
  EXPECT_THAT(against, HasSubstr("shmbroker set-up"));
  EXPECT_NE(distrust_reason(0, L"S-1-5-21-1-2-3-1001"), "");
  EXPECT_THAT(distrust_reason(IO_REPARSE_TAG_MOUNT_POINT, kAdministrators), HasSubstr("link"));
}

// Of the folder that the service's programs are in.
TEST(ProgramFolder, TellsWhoElseMayWriteThere) {
  const auto stranger = [](const wchar_t* sddl) {
    return untrusted_writer(win::SecurityDescriptor::from_sddl(sddl));
  };
  EXPECT_EQ(stranger(L"D:(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FRFX;;;BU)(A;OICIIO;GA;;;CO)"), L"");
  EXPECT_EQ(stranger(L"D:(A;OICI;FA;;;BA)(D;;FA;;;BU)"), L"") << "nobody is let in by a denial";
  EXPECT_EQ(stranger(L"D:AI(A;OICIID;FA;;;BA)(A;OICIID;0x1301bf;;;AU)"), L"S-1-5-11")
      << "as on a data volume";
  EXPECT_EQ(stranger(L"O:BA"), L"S-1-1-0") << "without a DACL everybody may do everything";
}

// A folder for the service that is not there yet, beside a folder with the example and the schema.
class SettingUp : public testing::Test {
 protected:
  SettingUp() {
    fs::remove_all(root_);
    fs::create_directories(from_);
    write(from_ / L"shmbroker.json", "example");
    write(from_ / L"shmbroker.schema.json", "schema");
  }
  ~SettingUp() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

  static void write(const fs::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
  }
  static std::string read(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void set_up() const {
    set_up_data_folder(folder_, own_identity());
    bring_config(folder_, from_);
  }
  std::string refusal() const {
    try {
      set_up();
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  }
  // Returns whether this Windows keeps it.
  static bool give_to_users(const fs::path& path) {
    win::enable_privilege(L"SeRestorePrivilege");
    const auto users = win::SecurityDescriptor::from_sddl(L"O:BU");
    PSID owner = nullptr;
    BOOL defaulted = FALSE;
    std::wstring name = path.wstring();
    return GetSecurityDescriptorOwner(users.get(), &owner, &defaulted) &&
           SetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, owner, nullptr,
                                 nullptr, nullptr) == ERROR_SUCCESS &&
           win::object_owner(win::Handle(CreateFileW(path.c_str(), READ_CONTROL, 0, nullptr, OPEN_EXISTING,
                                                     FILE_FLAG_BACKUP_SEMANTICS, nullptr))
                                 .get()) == kUsers;
  }

  fs::path root_ = fs::temp_directory_path() / (L"shmbroker-data-" + std::to_wstring(GetCurrentProcessId()));
  fs::path from_ = root_ / L"from";
  fs::path folder_ = root_ / L"data";
};

TEST_F(SettingUp, BringsTheExampleOnceAndTheSchemaEachTime) {
  set_up();
  EXPECT_EQ(read(folder_ / L"shmbroker.json"), "example");
  write(folder_ / L"shmbroker.json", "mine");
  write(from_ / L"shmbroker.schema.json", "newer schema");
  set_up();
  EXPECT_EQ(read(folder_ / L"shmbroker.json"), "mine");
  EXPECT_EQ(read(folder_ / L"shmbroker.schema.json"), "newer schema");
}

TEST_F(SettingUp, KnowsWhetherTheFolderNamesSomebody) {
  EXPECT_FALSE(names(folder_, own_identity().owner)) << "it is not there";
  set_up();
  EXPECT_FALSE(names(folder_, kServiceSid));
  if (!names(folder_, kAdministrators)) GTEST_SKIP() << "Wine keeps no entries of folders";
  EXPECT_TRUE(names(folder_, L"S-1-5-18"));
}

TEST_F(SettingUp, TakesNoFolderThatAUserHasMade) {
  fs::create_directory(folder_);
  if (!give_to_users(folder_)) GTEST_SKIP() << "Wine keeps no owners of files";
  EXPECT_THAT(refusal(), HasSubstr("data belongs to "));
  EXPECT_FALSE(fs::exists(folder_ / L"shmbroker.json"));
  EXPECT_THROW(make_data_folder(folder_, own_identity()), Error) << "nor does a start";
}

TEST_F(SettingUp, TakesNoConfigurationThatAUserHasMade) {
  fs::create_directory(folder_);
  write(folder_ / L"shmbroker.json", "a user's");
  if (!give_to_users(folder_ / L"shmbroker.json")) GTEST_SKIP() << "Wine keeps no owners of files";
  EXPECT_THAT(refusal(), HasSubstr("shmbroker.json belongs to "));
}

TEST_F(SettingUp, FollowsNoLinkToAnotherFolder) {
  std::error_code error;
  fs::create_directory_symlink(from_, folder_, error);
  if (!fs::is_symlink(folder_)) GTEST_SKIP() << "no links here; Wine only says that it made one";
  EXPECT_THAT(refusal(), HasSubstr("data is a link"));
}

}  // namespace
}  // namespace shmbroker::service
