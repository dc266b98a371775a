// A combo box with the channels that there are, into which one may also type a name.
#pragma once

#include <windows.h>

#include <cstdint>
#include <string>
#include <vector>

#include "shmbroker/shmbroker.h"

namespace samples {

// All channels that the user may read or write. Returns the status of ShmListChannels.
int32_t ask_for_channels(std::vector<ShmInfo>& channels);

void set_up_channel_box(HWND box, const std::wstring& name);

// Lists the channels on which the user has the right (SHM_READ or SHM_WRITE). Keeps what was typed. Returns
// the status of ShmListChannels; after an error the list is as it was.
int32_t list_channels(HWND box, uint32_t right);

// What the box shows.
std::wstring channel_name(HWND box);

// What was chosen from its list: at CBN_SELCHANGE, the box does not show it yet.
std::wstring chosen_channel(HWND box);

// "block, up to 512 bytes": what is behind an open channel.
std::wstring describe_channel(uint32_t channel);

}  // namespace samples
