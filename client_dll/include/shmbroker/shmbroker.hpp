// The C API for C++20, header only: what closes, gives back and unlocks by itself, spans, and a choice for errors.
//
//     shmbroker::Channel channel(L"MapName", {.access = SHM_READ});
//     std::vector<std::byte> room(channel.max_message());
//     while (const shmbroker::Message message = channel.read(room)) use(message.data);
//
// What can fail comes twice, as in std::filesystem: it throws shmbroker::Error; with a Status& as its last parameter it
// stores the status there, and only std::bad_alloc may come. Everything else is as shmbroker.h says.
#pragma once

#include "shmbroker/channel.hpp"
#include "shmbroker/error.hpp"
#include "shmbroker/in_place.hpp"
#include "shmbroker/wait_any.hpp"
