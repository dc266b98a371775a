// What each language's programs do by themselves: all of them at once, step by step.
#pragma once

#include <map>
#include <string>

#include "tests/languages/runs.h"

namespace shmbroker::tests {

class Conducts {
 public:
  // Everything, under a service of its own. Takes some ten seconds.
  Conducts();

  // What they said to: a channel that there is not, a name that is none, no service, and how the DLL says it.
  ByLanguage lost_senders, lost_receivers, misnamed, lonely_senders, lonely_receivers;
  std::string no_channel, no_name, no_service;
  // To an option that there is not, and to --help.
  ByLanguage wrong_senders, wrong_receivers, asked_senders, asked_receivers;
  // To numbers that are none, by their arguments; and to a 010, and a lone dash as the text.
  std::map<std::string, ByLanguage> misnumbered_senders, misnumbered_receivers;
  ByLanguage decimal_senders, decimal_receivers;
  // To a channel with nothing in it; to a message that is larger than it takes, and how the DLL says it of
  // each one's.
  ByLanguage idle_receivers, large_senders, large_in_place_senders;
  std::map<std::string, std::string> too_large;
  // In place, each language with itself.
  ByLanguage block_senders, block_receivers, queue_senders, queue_receivers;
  // Ended by Ctrl-C: senders that would go on, and receivers that wait in each of the three ways.
  ByLanguage ended_senders, ended_receivers, ended_by_event, ended_by_window;
  // Receivers whose output nobody takes: those that Ctrl-C did not end, and those that a second one did not.
  std::set<std::string> stuck_after_one, stuck_after_two;
  // Told by event and by window message; and which of them were told too late.
  ByLanguage event_receivers, window_receivers;
  std::set<std::string> late_by_event, late_by_window;

  // Node.js waits for a pipe in the thread that hears of Ctrl-C, and Python runs its handler when its main
  // thread has written to the pipe.
  static bool hears_of_ctrl_c_late(const std::string& language) {
    return language.starts_with("javascript") || language.starts_with("python");
  }

  static std::string text_of(const std::string& language) { return language + ": 在其所在之处 🎈"; }

 private:
  void err();
  void ask_how();
  void count();
  void use_blocks();
  void use_queues();
  void be_told();
  void end_by_ctrl_c();
  void end_by_second_ctrl_c();
  void be_lonely();
};

}  // namespace shmbroker::tests
