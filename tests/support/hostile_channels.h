// The channels of the tests with hostile programs: which of them such a program may read, write, or neither,
// and what the three programs are told.
#pragma once

namespace shmbroker::tests {

// Programs without elevation may read the first three and write the next three; honest ones are for
// administrators alone.
inline constexpr char kHostileChannels[] = R"(
    { "name": "read-block", "kind": "block", "capacity": 65536,
      "access": { "read": ["INTERACTIVE"], "write": ["Administrators"] } },
    { "name": "read-topic", "kind": "topic", "when_full": "wait", "capacity": 65536,
      "access": { "read": ["INTERACTIVE"], "write": ["Administrators"] } },
    { "name": "read-queue", "kind": "queue", "capacity": 65536,
      "access": { "read": ["INTERACTIVE"], "write": ["Administrators"] } },
    { "name": "written-block", "kind": "block", "capacity": 65536,
      "access": { "read": ["INTERACTIVE"], "write": ["INTERACTIVE"] } },
    { "name": "written-topic", "kind": "topic", "when_full": "wait", "capacity": 65536,
      "access": { "read": ["INTERACTIVE"], "write": ["INTERACTIVE"] } },
    { "name": "written-queue", "kind": "queue", "capacity": 65536,
      "access": { "read": ["INTERACTIVE"], "write": ["INTERACTIVE"] } },
    { "name": "honest-topic", "kind": "topic", "when_full": "wait", "capacity": 65536,
      "access": { "read": ["Administrators"], "write": ["Administrators"] } },
    { "name": "honest-queue", "kind": "queue", "capacity": 65536,
      "access": { "read": ["Administrators"], "write": ["Administrators"] } })";

inline constexpr const wchar_t* kHostilePrograms[] = {L"reader read-block read-topic read-queue",
                                                      L"writer written-block written-topic written-queue",
                                                      L"stranger honest-topic honest-queue"};

// As busy as those, with what they may do, on channels that nobody else uses.
inline constexpr const wchar_t* kHarmlessPrograms[] = {
    L"harmless reader read-block read-topic read-queue",
    L"harmless writer written-block written-topic written-queue", L"harmless stranger read-topic read-queue"};

}  // namespace shmbroker::tests
