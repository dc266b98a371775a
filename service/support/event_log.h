// The Windows event log, for what an administrator must see. The texts, with what to do, are in messages.mc.
#pragma once

#include <filesystem>
#include <string>

namespace shmbroker::service {

enum class Event {
  started,
  stopped,
  denied,
  quota,
  recovered,
  held_up,
  goes_on,
  config,
  squatted,
  failed,
  unavailable
};

// Writes an event, whatever the log's level. text: what happened. Of each kind at most ten a minute: a client
// that asks for what it may not have must not fill the log. From one thread at a time.
void report_event(Event event, const std::string& text);

// A text as it may go into an event: what shows the log takes a % before a digit for a place where something
// else is to be put in. Shortened where it is longer than an event may be.
std::wstring event_text(const std::string& text);

// Tells Windows where the texts are: in the service's program. Throws Error.
void register_event_source(const std::filesystem::path& program);
void unregister_event_source();

}  // namespace shmbroker::service
