// A process that dies at the place that the test has chosen: the product's sources, built once more with
// SHM_CRASH_POINT.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>

#include "tests/support/peer_process.h"

namespace shmbroker::tests {

// Starts a program that is to die at a point, when it comes there for the so manieth time. An empty point: it
// lives.
std::unique_ptr<Child> start_mortal(const std::wstring& command, const std::string& point, int pass = 1);

// Waits for the end, and says if it was another one than at the point.
testing::AssertionResult dies_at_its_point(Child& child);

// A peer that dies; its commands are in tests/support/peer.cpp.
class Victim {
 public:
  explicit Victim(const std::string& point, int pass = 1);

  // Does the commands one after the other. '$' stands for the channel opened last. The last command is sent,
  // and not waited for: that is where it dies.
  void perform(std::initializer_list<std::string> commands);
  Answer ask(const std::string& command);
  void begin(const std::string& command) { child_->send(filled(command)); }
  Child& child() { return *child_; }

 private:
  std::string filled(const std::string& command) const;

  std::unique_ptr<Child> child_;
  std::string channel_;
};

}  // namespace shmbroker::tests
