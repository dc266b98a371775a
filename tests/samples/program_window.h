// The window of another program, used as a person does: by what it shows, and by keys and buttons.
#pragma once

#include <windows.h>

#include <string>

#include "tests/support/peer_process.h"

namespace shmbroker::tests {

class ProgramWindow {
 public:
  // Starts the program of this name beside the tests, and waits for its window.
  explicit ProgramWindow(const std::wstring& program, const std::wstring& arguments = {});

  // Waits until the program has a window of this title, which everything below is about from then on. Returns
  // false if there is none in time.
  bool turn_to(const std::wstring& title);
  bool has_gone() const { return !IsWindow(window_); }
  DWORD pid() const { return program_.pid(); }

  std::wstring text_of(int control) const;
  // Waits until the control's text contains this. Returns false if it does not in time.
  bool shows(int control, const std::wstring& part) const;
  void type(int control, const std::wstring& text) const;
  void press(int button) const;
  // A key as the keyboard sends it, to the control that has it.
  void key(int control, WPARAM key) const;
  // Alt with a letter, to whatever control has the keyboard.
  void alt(int control, wchar_t letter) const;
  // What a menu or an accelerator sends.
  void command(int id) const;
  void system_command(WPARAM command) const;  // SC_MINIMIZE, SC_RESTORE
  bool is_checked(int button) const;
  int rows(int list) const;
  std::wstring cell(int list, int row, int column) const;
  int selected_row(int list) const;  // -1: none
  int column_width(int list, int column) const;
  int text_width(int list, const std::wstring& text) const;  // in the list's font

 private:
  HWND item(int control) const;

  Child program_;
  HWND window_ = nullptr;
};

}  // namespace shmbroker::tests
