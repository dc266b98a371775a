// The layout of shared memory in numbers, and nothing else, so that what two compilers make of this file can be
// compared byte by byte.
#include "core/frame.h"
#include "core/win/pipe_message.h"

namespace shmbroker::core {

extern const uint64_t shared_layout[];
const uint64_t shared_layout[] = {
    kLayoutVersion,
    sizeof(Presence),
    offsetof(Presence, readers),
    offsetof(Presence, writers),
    offsetof(Presence, exclusive),
    sizeof(SlotRecord),
    offsetof(SlotRecord, created),
    offsetof(SlotRecord, pid),
    offsetof(SlotRecord, generation),
    sizeof(ClientSlot),
    alignof(ClientSlot),
    offsetof(ClientSlot, loan),
    offsetof(ClientSlot, reserved),
    offsetof(ClientSlot, cursor),
    offsetof(ClientSlot, messages),
    offsetof(ClientSlot, bytes),
    offsetof(ClientSlot, gap),
    offsetof(ClientSlot, waits),
    sizeof(LockLine),
    offsetof(LockLine, recoveries),
    sizeof(BlockBuffer),
    sizeof(BlockControl),
    offsetof(BlockControl, buffers),
    sizeof(FrameHeader),
    offsetof(FrameHeader, time),
    sizeof(RingTail),
    offsetof(RingTail, reserved),
    offsetof(RingTail, aborted),
    sizeof(RingHead),
    offsetof(RingHead, messages),
    sizeof(RingControl),
    offsetof(RingControl, head),
    offsetof(RingControl, announced),
    sizeof(DataSection),
    offsetof(DataSection, presence),
    offsetof(DataSection, ended),
    offsetof(DataSection, lock),
    offsetof(DataSection, reader_records),
    offsetof(DataSection, writer_records),
    offsetof(DataSection, writers),
    sizeof(ReadersSection),
    offsetof(ReadersSection, waiting),
    offsetof(ReadersSection, waiting_writers),
    offsetof(ReadersSection, returns),
    offsetof(ReadersSection, pins),
    offsetof(ReadersSection, readers),
    pack({FrameState::ready, true, 63, uint64_t{1} << 39}),
    sizeof(pipe::RequestHeader),
};

}  // namespace shmbroker::core
