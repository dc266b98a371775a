// A broker that dies where the test says, and one after it that lives: what the one leaves, the other finds.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/crash/victim.h"
#include "tests/support/service_fixture.h"

namespace shmbroker::tests {

class MortalService {
 public:
  explicit MortalService(const std::string& config) {
    use_state_of(folder_.path());
    configure(config);
  }

  void configure(const std::string& config) const;
  // Starts one that lives. Returns once it serves.
  void start() { start_until({}); }
  // Starts one that is to die at a point. Returns once it serves, or is dead.
  void start_until(const std::string& point, int pass = 1);
  // Tells it "reload" or "stop".
  void tell(const std::string& command) { broker().send(command); }
  void kill() { broker().kill(); }
  // Waits for its death, and fails if it was another one than at its point.
  void expect_death() { EXPECT_TRUE(dies_at_its_point(broker())); }
  // Waits for its end after "stop".
  void expect_end();
  DWORD pid() { return broker().pid(); }
  // Of the keeper that its state file names first; 0 where there is none.
  DWORD keeper() const;
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  Child& broker() { return *brokers_.back(); }

  TempFolder folder_;
  // Dead ones too: a keeper lives in the job of the broker that has started it, and ends with that.
  std::vector<std::unique_ptr<Child>> brokers_;
};

// Ends a process that is none of the test's own, and waits until it is gone.
void kill_process(DWORD pid);

}  // namespace shmbroker::tests
