#include "tests/crash/mortal_service.h"

#include <fstream>
#include <stdexcept>

#include "win/handle.h"

namespace shmbroker::tests {

void MortalService::configure(const std::string& config) const {
  std::ofstream(folder_.path() / L"shmbroker.json", std::ios::binary | std::ios::trunc) << config;
}

void MortalService::start_until(const std::string& point, int pass) {
  const std::wstring command = L"\"" + (service_folder() / L"mortal_broker.exe").wstring() + L"\" \"" +
                               (folder_.path() / L"shmbroker.json").wstring() + L"\" \"" +
                               folder_.path().wstring() + L"\"";
  brokers_.push_back(start_mortal(command, point, pass));
  std::string said;
  try {
    said = broker().receive();
  } catch (const std::runtime_error&) {
    if (point.empty()) throw;
  }
  if (!said.empty() && said != "serving") throw std::runtime_error("the broker does not serve: " + said);
}

void MortalService::expect_end() {
  DWORD exit_code = 99;
  const std::string words = broker().rest(exit_code);
  EXPECT_EQ(exit_code, 0u) << words;
}

DWORD MortalService::keeper() const {
  const std::string state = read_file(folder_.path() / L"state.json");
  const size_t at = state.find("\"pid\": ", state.find("\"keepers\""));
  return at == std::string::npos ? 0 : static_cast<DWORD>(std::stoul(state.substr(at + 7)));
}

void kill_process(DWORD pid) {
  const win::Handle process(OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, pid));
  ASSERT_TRUE(process && TerminateProcess(process.get(), 99));
  EXPECT_EQ(WaitForSingleObject(process.get(), kPatience), DWORD{WAIT_OBJECT_0});
}

}  // namespace shmbroker::tests
