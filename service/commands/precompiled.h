// As service/precompiled.h, with the command lines' library.
#include "service/precompiled.h"

#include <CLI/CLI.hpp>
