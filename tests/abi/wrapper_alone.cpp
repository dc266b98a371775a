// The C++ wrapper needs nothing before it, and what the C header defines is no cast in C's style.
#include "shmbroker/shmbroker.hpp"

static_assert(SHM_KEEP == ~size_t{0});
