// Standard output of a command. Whoever reads it may have enough, as `head` has, or the disk may be full:
// then a command ends, and does not go on for nobody.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "service/support/error.h"

namespace shmbroker::service {

// Nobody reads the output any more: no reason to say anything.
class OutputClosed : public Error {
 public:
  OutputClosed() : Error("nobody reads the output any more") {}
};

// Writes, down to whoever reads it. text: UTF-8. Throws OutputClosed, or Error where it can't be written
// otherwise.
void print(const std::string& text);

// The same, of JSON with an indent of two.
void print_json(const nlohmann::ordered_json& json);

// Throws OutputClosed where it is known already that nobody would read what comes. A command that waits asks
// now and then.
void check_output();

}  // namespace shmbroker::service
