// The end of the process, which the DLL leaves alone.
#pragma once

namespace shmbroker::client {

// Whether the process is ending. Then the calling thread is its last one: the others have been ended wherever
// they were, with the locks that they had. A thread that waits for them waits for ever, and what they left is
// half done. The service takes back all that the process had.
bool process_is_ending() noexcept;

}  // namespace shmbroker::client
