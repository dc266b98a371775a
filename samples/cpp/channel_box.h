// A combo box with the channels that there are, into which one may also type a name.
#pragma once

#include <windows.h>

#include <cstdint>
#include <string>

#include "shmbroker/shmbroker.hpp"

namespace samples {

void set_up_channel_box(HWND box, const std::wstring& name);

// Lists the channels on which the user has the right (SHM_READ or SHM_WRITE). Keeps what was typed. Returns
// the status of shmbroker::list_channels(); after an error the list is as it was.
int32_t list_channels(HWND box, uint32_t right);

// What the box shows.
std::wstring channel_name(HWND box);

// What was chosen from its list: at CBN_SELCHANGE, the box does not show it yet.
std::wstring chosen_channel(HWND box);

// "block, up to 512 bytes": what is behind an open channel.
std::wstring describe(const shmbroker::Channel& channel);

}  // namespace samples
