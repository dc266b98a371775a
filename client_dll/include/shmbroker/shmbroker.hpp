// The C API for C++20, header only: what closes, gives back and unlocks by itself, spans, and a choice for
// errors.
//
//     shmbroker::Channel channel(L"MapName", {.access = SHM_READ});
//     std::vector<std::byte> room(channel.max_message());
//     while (const shmbroker::Message message = channel.read(room)) use(message.data);
//
//     for (const shmbroker::Message& message : shmbroker::Messages(channel)) use(message.data);
//
// What can fail comes twice, as in std::filesystem: it throws shmbroker::Error; with a Status& as its last
// parameter it stores the status there, and only std::bad_alloc may come. Everything else is as shmbroker.h
// says.
#pragma once

#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#error "shmbroker.hpp needs C++20: compile with /std:c++20 or -std=c++20, or use the C header, shmbroker.h"
#else
#include "shmbroker/calls.hpp"
#include "shmbroker/cancel_on_stop.hpp"
#include "shmbroker/channel.hpp"
#include "shmbroker/error.hpp"
#include "shmbroker/in_place.hpp"
#include "shmbroker/messages.hpp"
#include "shmbroker/wait_any.hpp"
#endif
