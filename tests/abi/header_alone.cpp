// As header_alone.c, for a C++ compiler.
#include "shmbroker/notify_call.h"
#include "shmbroker/shmbroker.h"
