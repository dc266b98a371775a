#include "channel_box.h"

#include <windowsx.h>

#include <iterator>
#include <vector>

namespace samples {

void set_up_channel_box(HWND box, const std::wstring& name) {
  ComboBox_LimitText(box, SHM_NAME_MAX);
  SetWindowTextW(box, name.c_str());
}

int32_t list_channels(HWND box, uint32_t right) {
  int32_t status = SHM_OK;
  const std::vector<ShmInfo> channels = shmbroker::list_channels(status);
  if (status != SHM_OK) return status;
  const std::wstring name = channel_name(box);
  ComboBox_ResetContent(box);
  for (const ShmInfo& channel : channels) {
    if ((channel.access & right) != 0) ComboBox_AddString(box, channel.name);
  }
  SetWindowTextW(box, name.c_str());
  return SHM_OK;
}

std::wstring channel_name(HWND box) {
  wchar_t name[SHM_NAME_MAX + 1] = L"";
  GetWindowTextW(box, name, static_cast<int>(std::size(name)));
  return name;
}

std::wstring chosen_channel(HWND box) {
  const int index = ComboBox_GetCurSel(box);
  if (index == CB_ERR || ComboBox_GetLBTextLen(box, index) > SHM_NAME_MAX) return channel_name(box);
  wchar_t name[SHM_NAME_MAX + 1] = L"";
  ComboBox_GetLBText(box, index, name);
  return name;
}

std::wstring describe(const shmbroker::Channel& channel) {
  int32_t status = SHM_OK;
  const ShmInfo info = channel.info(status);
  if (status != SHM_OK) return {};
  const wchar_t* kind = info.kind == SHM_BLOCK ? L"block" : info.kind == SHM_TOPIC ? L"topic" : L"queue";
  return std::wstring(kind) + L", up to " + std::to_wstring(info.max_message) + L" bytes";
}

}  // namespace samples
