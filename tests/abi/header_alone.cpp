// As header_alone.c, for a C++ compiler.
#include "shmbroker/shmbroker.h"
