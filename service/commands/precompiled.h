// As service/precompiled.h, with the command lines' library.
#include <CLI/CLI.hpp>

#include "service/precompiled.h"
