#include "messages_window.h"

#include <windowsx.h>

#include <algorithm>
#include <cwchar>
#include <utility>

#include "monitor.h"
#include "words.h"

namespace samples::monitor {
namespace {

constexpr UINT kNews = WM_APP + 1;
constexpr wchar_t kFixedFont[] = L"Consolas";
constexpr SIZE kMessagesWindowSize = {700, 520};  // at 96 DPI

const std::vector<Column>& message_columns() {
  static const std::vector<Column> columns = {{L"No.", 90, Content::number},
                                              {L"Time", 104, Content::text},
                                              {L"Bytes", 70, Content::number},
                                              {L"Content", 160, Content::text}};
  return columns;
}

// "14:03:59.123", local time; with a mark where the writer gave none.
std::wstring time_word(const Message& message) {
  const FILETIME utc{static_cast<DWORD>(message.time), static_cast<DWORD>(message.time >> 32)};
  FILETIME local{};
  SYSTEMTIME time{};
  if (!FileTimeToLocalFileTime(&utc, &local) || !FileTimeToSystemTime(&local, &time)) return L"?";
  wchar_t text[32];
  std::swprintf(text, std::size(text), L"%02u:%02u:%02u.%03u", time.wHour, time.wMinute, time.wSecond,
                time.wMilliseconds);
  return message.is_dated ? std::wstring(text) : L"~" + std::wstring(text);
}

Row row_of(const Message& message, Encoding encoding) {
  const std::wstring number = std::to_wstring(message.number);
  return {number,
          {{number, static_cast<double>(message.number)},
           {time_word(message)},
           {number_word(message.size), static_cast<double>(message.size)},
           {preview(message.bytes, encoding)}}};
}

const wchar_t* word_of(Encoding encoding) {
  return encoding == Encoding::hex    ? L"hexadecimal"
         : encoding == Encoding::utf8 ? L"text, UTF-8"
                                      : L"text, UTF-16";
}

}  // namespace

MessagesWindow::MessagesWindow(Theme& theme, std::wstring channel, HWND parent, UINT closed)
    : ThemedWindow({{IDC_HOW, kGrowX},
                    {IDC_MESSAGES, {0, 0, 100, 60}},
                    {IDC_CONTENT_TITLE, {0, 60, 100, 60}},
                    {IDC_CONTENT, {0, 60, 100, 100}},
                    {IDC_COUNTS, kGrowX | kMoveY}},
                   theme),
      channel_(std::move(channel)),
      parent_(parent),
      closed_(closed),
      table_(theme) {}

HWND MessagesWindow::on_open() {
  SetWindowTextW(window(), (channel_ + L" \u2013 last messages").c_str());
  table_.attach(item(IDC_MESSAGES), message_columns(), message_columns().size() - 1);
  dress();
  grow_to(kMessagesWindowSize);
  on_layout();
  tail_.emplace(channel_, window(), kNews);
  return item(IDC_MESSAGES);
}

void MessagesWindow::on_layout() {
  table_.fit(dpi());
  use_font();
  fit_edit(IDC_CONTENT);
  redraw();
  if (tail_) tail_->pause(is_paused_);
}

// Text in the dialog's font, which has every script; hexadecimal in one whose columns stand below each other.
void MessagesWindow::use_font() {
  LOGFONTW description{};
  GetObjectW(GetWindowFont(window()), sizeof description, &description);
  if (encoding_ == Encoding::hex) {
    description.lfPitchAndFamily = FIXED_PITCH | FF_MODERN;
    std::ranges::copy(kFixedFont, description.lfFaceName);
  }
  description.lfHeight = -MulDiv(9, static_cast<int>(dpi()), 72);
  Font font(CreateFontIndirectW(&description));
  SetWindowFont(item(IDC_CONTENT), font.get(), TRUE);
  font_ = std::move(font);
}

void MessagesWindow::on_minimize() { tail_->pause(true); }

void MessagesWindow::on_closed() {
  tail_.reset();
  PostMessageW(parent_, closed_, 0, reinterpret_cast<LPARAM>(this));
}

Tone MessagesWindow::tone_of(int control) {
  if (control == IDC_HOW) return last_.outcome == LastMessages::Outcome::failed ? Tone::warning : Tone::plain;
  return control == IDC_COUNTS ? Tone::dim : Tone::plain;
}

void MessagesWindow::on_command(int id, int) {
  if (id == IDM_CLOSE) DestroyWindow(window());
  if (id == IDM_PAUSE) pause(!is_paused_);
  if (id == IDM_UTF16) choose(Encoding::utf16);
  if (id == IDM_UTF8) choose(Encoding::utf8);
  if (id == IDM_HEX) choose(Encoding::hex);
  if (id == IDM_TOGGLE_HEX) choose(encoding_ == Encoding::hex ? text_encoding_ : Encoding::hex);
}

void MessagesWindow::on_menu(HMENU menu) {
  CheckMenuItem(menu, IDM_PAUSE, MF_BYCOMMAND | (is_paused_ ? MF_CHECKED : MF_UNCHECKED));
  if (!encoding_) return;
  const UINT chosen = *encoding_ == Encoding::hex    ? IDM_HEX
                      : *encoding_ == Encoding::utf8 ? IDM_UTF8
                                                     : IDM_UTF16;
  CheckMenuRadioItem(menu, IDM_UTF16, IDM_HEX, chosen, MF_BYCOMMAND);
}

INT_PTR MessagesWindow::on_other(UINT message, WPARAM, LPARAM lparam) {
  if (message == WM_NOTIFY) return on_notify(*reinterpret_cast<NMHDR*>(lparam));
  if (message != kNews) return FALSE;
  if (std::optional<LastMessages> last = tail_->take()) show(std::move(*last));
  return TRUE;
}

INT_PTR MessagesWindow::on_notify(NMHDR& header) {
  if (header.hwndFrom != item(IDC_MESSAGES)) return FALSE;
  const std::wstring before = table_.selected();
  if (const auto result = table_.on_notify(header)) return answer(*result);
  if (table_.selected() != before) show_content();
  return FALSE;
}

void MessagesWindow::show(LastMessages last) {
  if (!encoding_ && !last.messages.empty()) {
    encoding_ = guess_encoding(last.messages.back()->bytes);
    if (*encoding_ != Encoding::hex) text_encoding_ = *encoding_;
    on_layout();
  }
  last_ = std::move(last);
  show_list();
  show_content();
  show_state();
}

void MessagesWindow::show_list() {
  std::vector<Row> rows;
  for (const auto& message : last_.messages)
    rows.push_back(row_of(*message, encoding_.value_or(Encoding::hex)));
  table_.follow(std::move(rows));
}

const Message* MessagesWindow::selected_message() const {
  const auto found = std::ranges::find(last_.messages, table_.selected(),
                                       [](const auto& message) { return std::to_wstring(message->number); });
  return found != last_.messages.end() ? found->get() : nullptr;
}

void MessagesWindow::show_content() {
  const Message* message = selected_message();
  if (message == nullptr) {
    set_text(IDC_CONTENT_TITLE, L"&Content");
    update_edit(IDC_CONTENT, L"");
    return;
  }
  const Encoding encoding = encoding_.value_or(Encoding::hex);
  std::wstring title = L"&Content of " + std::to_wstring(message->number) + L" as " + word_of(encoding);
  if (message->bytes.size() < message->size) {
    title += L": the first " + number_word(message->bytes.size()) + L" of " + number_word(message->size) +
             L" bytes";
  }
  set_text(IDC_CONTENT_TITLE, title);
  update_edit(IDC_CONTENT, full_text(message->bytes, encoding));
}

void MessagesWindow::show_state() {
  set_text(IDC_HOW, is_paused_ ? L"Paused, and the channel is closed. Ctrl+P goes on." : last_.state);
  InvalidateRect(item(IDC_HOW), nullptr, TRUE);
  table_.set_empty_text(last_.outcome == LastMessages::Outcome::read ? L"No message yet." : last_.state);
  std::wstring counts;
  if (!last_.messages.empty()) {
    counts = L"The last " + number_word(last_.messages.size()) + L". A time with ~ is when it was found.";
  }
  if (last_.missed != 0) counts += L" Gone before they were found: " + number_word(last_.missed) + L".";
  set_text(IDC_COUNTS, counts);
}

void MessagesWindow::choose(Encoding encoding) {
  encoding_ = encoding;
  if (encoding != Encoding::hex) text_encoding_ = encoding;
  on_layout();
  show_list();
  show_content();
}

void MessagesWindow::pause(bool paused) {
  is_paused_ = paused;
  tail_->pause(paused);
  show_state();
}

}  // namespace samples::monitor
