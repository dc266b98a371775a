/* The headers and nothing else: each must bring what it needs, and be fit to be included twice. */
#include "shmbroker/notify_call.h"
#include "shmbroker/shmbroker.h"
#include "shmbroker/watch.h"

/* A translation unit needs something in it. */
ShmChannel shm_header_alone(void);
ShmChannel shm_header_alone(void) { return 0; }
