// ShmBroker itself, through the C API of its DLL and nothing else.
#pragma once

#include "tests/bench/peer.h"

namespace shmbroker::bench {

// A waiting topic, as deep as the bare ring: nothing is lost, so every message can be checked.
std::unique_ptr<Writer> open_shm_writer(const LinkSpec& spec);
std::unique_ptr<Writer> open_shared_writer(const LinkSpec& spec);  // ShmWrite
std::unique_ptr<Writer> open_shm16_writer(const LinkSpec& spec);   // ShmWriteBatch, 16 at once
std::unique_ptr<Writer> open_loan_writer(const LinkSpec& spec);    // ShmLoan and ShmCommit
std::unique_ptr<Reader> open_shm_reader(const LinkSpec& spec);     // ShmRead
std::unique_ptr<Reader> open_shm16_reader(const LinkSpec& spec);   // ShmReadBatch
std::unique_ptr<Reader> open_peek_reader(const LinkSpec& spec);    // ShmPeek and ShmRelease

// A queue, for readers that share the work.
std::unique_ptr<Writer> open_queue_writer(const LinkSpec& spec);
std::unique_ptr<Reader> open_queue_reader(const LinkSpec& spec);

}  // namespace shmbroker::bench
