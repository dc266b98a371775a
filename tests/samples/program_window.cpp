#include "tests/samples/program_window.h"

#include <commctrl.h>

#include <cwchar>
#include <memory>
#include <stdexcept>

#include "tests/samples/program.h"

namespace shmbroker::tests {
namespace {

constexpr UINT kAnswerWithin = 10'000;  // milliseconds
constexpr size_t kMostText = 1024;

struct Search {
  DWORD pid;
  const wchar_t* title;  // null: any
  HWND found;
};

BOOL CALLBACK look_at(HWND window, LPARAM parameter) {
  auto& search = *reinterpret_cast<Search*>(parameter);
  DWORD pid = 0;
  GetWindowThreadProcessId(window, &pid);
  if (pid != search.pid || !IsWindowVisible(window)) return TRUE;
  wchar_t title[kMostText] = L"";
  GetWindowTextW(window, title, ARRAYSIZE(title));
  if (search.title != nullptr && std::wcscmp(title, search.title) != 0) return TRUE;
  search.found = window;
  return FALSE;
}

HWND find_window(DWORD pid, const wchar_t* title) {
  Search search{pid, title, nullptr};
  eventually([&] {
    EnumWindows(look_at, reinterpret_cast<LPARAM>(&search));
    return search.found != nullptr;
  });
  return search.found;
}

LRESULT send(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  DWORD_PTR result = 0;
  if (SendMessageTimeoutW(window, message, wparam, lparam, SMTO_NORMAL, kAnswerWithin, &result) == 0) {
    throw std::runtime_error("the window does not answer message " + std::to_string(message));
  }
  return static_cast<LRESULT>(result);
}

// Memory in another process: a list view can't be given a pointer into ours.
class RemoteMemory {
 public:
  RemoteMemory(HWND window, size_t size) {
    DWORD pid = 0;
    GetWindowThreadProcessId(window, &pid);
    process_ =
        win::Handle(OpenProcess(PROCESS_VM_OPERATION | PROCESS_VM_READ | PROCESS_VM_WRITE, FALSE, pid));
    memory_ = static_cast<std::byte*>(
        VirtualAllocEx(process_.get(), nullptr, size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
    if (memory_ == nullptr) throw std::runtime_error("no memory in the other process");
  }
  ~RemoteMemory() { VirtualFreeEx(process_.get(), memory_, 0, MEM_RELEASE); }
  RemoteMemory(const RemoteMemory&) = delete;
  RemoteMemory& operator=(const RemoteMemory&) = delete;

  std::byte* at(size_t offset) const { return memory_ + offset; }
  void write(const void* from, size_t size) const {
    WriteProcessMemory(process_.get(), memory_, from, size, nullptr);
  }
  void read(size_t offset, void* to, size_t size) const {
    ReadProcessMemory(process_.get(), memory_ + offset, to, size, nullptr);
  }

 private:
  win::Handle process_;
  std::byte* memory_ = nullptr;
};

}  // namespace

ProgramWindow::ProgramWindow(const std::wstring& program, const std::wstring& arguments)
    : program_(command_line(program, arguments)) {
  window_ = find_window(program_.pid(), nullptr);
  if (window_ == nullptr) throw std::runtime_error("the program shows no window: is there a screen?");
}

bool ProgramWindow::turn_to(const std::wstring& title) {
  const HWND found = find_window(program_.pid(), title.c_str());
  if (found != nullptr) window_ = found;
  return found != nullptr;
}

HWND ProgramWindow::item(int control) const {
  const HWND found = GetDlgItem(window_, control);
  if (found == nullptr) throw std::runtime_error("the window has no control " + std::to_string(control));
  return found;
}

std::wstring ProgramWindow::text_of(int control) const {
  std::wstring text(kMostText, L'\0');
  text.resize(static_cast<size_t>(
      send(item(control), WM_GETTEXT, text.size(), reinterpret_cast<LPARAM>(text.data()))));
  return text;
}

bool ProgramWindow::shows(int control, const std::wstring& part) const {
  return eventually([&] { return text_of(control).find(part) != std::wstring::npos; });
}

void ProgramWindow::type(int control, const std::wstring& text) const {
  send(item(control), WM_SETTEXT, 0, reinterpret_cast<LPARAM>(text.c_str()));
}

void ProgramWindow::press(int button) const { send(item(button), BM_CLICK, 0, 0); }

void ProgramWindow::key(int control, WPARAM key) const {
  PostMessageW(item(control), WM_KEYDOWN, key, 1);
  PostMessageW(item(control), WM_KEYUP, key, static_cast<LPARAM>(0xC0000001));
}

void ProgramWindow::alt(int control, wchar_t letter) const {
  constexpr LPARAM kAltIsDown = LPARAM{1} << 29;
  PostMessageW(item(control), WM_SYSCHAR, letter, kAltIsDown | 1);
}

void ProgramWindow::command(int id) const { send(window_, WM_COMMAND, static_cast<WPARAM>(id), 0); }

void ProgramWindow::system_command(WPARAM command) const { send(window_, WM_SYSCOMMAND, command, 0); }

bool ProgramWindow::is_checked(int button) const {
  return send(item(button), BM_GETCHECK, 0, 0) == BST_CHECKED;
}

int ProgramWindow::rows(int list) const { return static_cast<int>(send(item(list), LVM_GETITEMCOUNT, 0, 0)); }

int ProgramWindow::selected_row(int list) const {
  return static_cast<int>(send(item(list), LVM_GETNEXTITEM, static_cast<WPARAM>(-1), LVNI_SELECTED));
}

int ProgramWindow::column_width(int list, int column) const {
  return static_cast<int>(send(item(list), LVM_GETCOLUMNWIDTH, static_cast<WPARAM>(column), 0));
}

int ProgramWindow::text_width(int list, const std::wstring& text) const {
  const size_t size = (text.size() + 1) * sizeof(wchar_t);
  const RemoteMemory memory(item(list), size);
  memory.write(text.c_str(), size);
  return static_cast<int>(send(item(list), LVM_GETSTRINGWIDTHW, 0, reinterpret_cast<LPARAM>(memory.at(0))));
}

std::wstring ProgramWindow::cell(int list, int row, int column) const {
  const RemoteMemory memory(item(list), sizeof(LVITEMW) + kMostText * sizeof(wchar_t));
  LVITEMW asked{};
  asked.iSubItem = column;
  asked.pszText = reinterpret_cast<wchar_t*>(memory.at(sizeof asked));
  asked.cchTextMax = kMostText;
  memory.write(&asked, sizeof asked);
  const auto length = static_cast<size_t>(
      send(item(list), LVM_GETITEMTEXTW, static_cast<WPARAM>(row), reinterpret_cast<LPARAM>(memory.at(0))));
  std::wstring text(std::min(length, kMostText), L'\0');
  memory.read(sizeof asked, text.data(), text.size() * sizeof(wchar_t));
  return text;
}

}  // namespace shmbroker::tests
