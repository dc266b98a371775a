// The list of what has come: a list view that asks for the rows that it shows, so that many cost little.
#pragma once

#include <windows.h>

#include <commctrl.h>

#include <cstdint>
#include <deque>
#include <string>

namespace samples {

struct MessageRow {
  uint64_t number;
  std::wstring time;
  size_t size;
  std::wstring text;
};

class MessageList {
 public:
  void attach(HWND list);

  // Shows up only with update(), once for many. The oldest rows give way.
  void add(MessageRow row);
  void update();
  void clear();

  void fit(UINT dpi);                       // the last column takes the room that there is
  void answer(NMLVDISPINFOW& asked) const;  // LVN_GETDISPINFO

 private:
  HWND list_ = nullptr;
  std::deque<MessageRow> rows_;
};

}  // namespace samples
