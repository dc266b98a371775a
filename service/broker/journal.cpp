#include "service/broker/journal.h"

#include <windows.h>

#include <algorithm>
#include <array>
#include <vector>

#include "service/support/error.h"
#include "service/support/ownership.h"
#include "win/security.h"

namespace shmbroker::service {
namespace {

constexpr uint64_t kMagic = 0x314C4E524A424853;  // "SHBJRNL1"
constexpr uint64_t kValueAt = 4096;              // in no sector of the numbers'
constexpr size_t kStep = 1 << 20;                // bytes that are copied at once

using Numbers = std::array<uint64_t, 6>;

// FNV-1a, by numbers instead of bytes.
uint64_t check_of(const Numbers& numbers) {
  uint64_t check = 0xCBF29CE484222325;
  for (size_t i = 0; i + 1 < numbers.size(); ++i) check = (check ^ numbers[i]) * 0x100000001B3;
  return check;
}

// An account that may create files beside ours could have left a journal with a value of its own.
void check_found(HANDLE file, const std::string& name) {
  FILE_ATTRIBUTE_TAG_INFO facts;
  BY_HANDLE_FILE_INFORMATION info;
  if (!GetFileInformationByHandleEx(file, FileAttributeTagInfo, &facts, sizeof facts) ||
      !GetFileInformationByHandle(file, &info)) {
    throw win32_error("cannot look at " + name);
  }
  const bool tagged = (facts.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
  const std::string against = distrust_reason(tagged ? facts.ReparseTag : 0, win::object_owner(file));
  if (!against.empty()) throw Error(name + " " + against, ERROR_INVALID_OWNER);
  if (info.nNumberOfLinks > 1)
    throw Error(name + " has a second name (hard link): remove it", ERROR_ACCESS_DENIED);
}

File open(const std::wstring& path) {
  const std::string name = "the journal " + win::display_utf8(path);
  win::Handle handle(CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, nullptr,
                                 OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  const DWORD error = GetLastError();
  if (!handle) {
    throw win32_error("cannot open " + name + "; the service must be able to make files in this folder",
                      error);
  }
  if (error == ERROR_ALREADY_EXISTS) check_found(handle.get(), name);
  return File(std::move(handle), name);
}

void write_zeros(File& target, uint64_t at, uint64_t count) {
  const std::vector<std::byte> zeros(static_cast<size_t>(std::min<uint64_t>(count, kStep)));
  while (count != 0) {
    const auto step = static_cast<size_t>(std::min<uint64_t>(count, zeros.size()));
    target.write(at, std::span(zeros).first(step));
    at += step;
    count -= step;
  }
}

}  // namespace

Journal::Journal(const std::wstring& file, const std::optional<uint64_t>& region)
    : path_(file + (region ? L"." + std::to_wstring(*region) : L"") + L".journal"),
      file_(open(path_)),
      pending_(read()) {
  if (!pending_ && file_.size() != 0) empty();
}

// Not by a handle with DELETE access: a program that copies files would have to share it.
Journal::~Journal() {
  file_ = {};
  if (!pending_) DeleteFileW(path_.c_str());
}

std::optional<Journal::Change> Journal::read() const {
  if (file_.size() < kValueAt) return std::nullopt;
  Numbers numbers;
  file_.read(0, std::as_writable_bytes(std::span(numbers)));
  if (numbers[0] != kMagic || numbers[5] != check_of(numbers) || numbers[2] != file_.size() - kValueAt)
    return std::nullopt;
  return Change{numbers[1], numbers[2], numbers[3], numbers[4] != 0};
}

void Journal::note(const Change& change, std::span<const std::byte> value) {
  if (!is_flushed_) empty();
  try {
    file_.resize(kValueAt + value.size());  // a full disk shows here
    file_.write(kValueAt, value);
    file_.flush();
    Numbers numbers{kMagic, change.at, change.size, change.zeros, change.is_end ? 1u : 0u, 0};
    numbers[5] = check_of(numbers);
    pending_ = change;
    file_.write(0, std::as_bytes(std::span(numbers)));
    file_.flush();
  } catch (const std::exception&) {
    empty();  // where this fails too, what was noted is still to be made
    throw;
  }
}

// On the disk before the next change is noted: else its value could meet the numbers of this one.
void Journal::empty() {
  file_.resize(0);
  pending_.reset();
  is_flushed_ = false;
  file_.flush();
  is_flushed_ = true;
}

void Journal::carry_out(File& target) {
  if (!pending_) return;
  const Change change = *pending_;
  if (change.is_end && target.size() < change.at + change.size) {
    try {
      target.resize(change.at + change.size);
    } catch (const std::exception&) {
      empty();  // nothing has changed: the old value stays
      throw;
    }
  }
  std::vector<std::byte> some(static_cast<size_t>(std::min<uint64_t>(change.size, kStep)));
  for (uint64_t done = 0; done < change.size;) {
    const auto step =
        std::span(some).first(static_cast<size_t>(std::min<uint64_t>(change.size - done, some.size())));
    file_.read(kValueAt + done, step);
    target.write(change.at + done, step);
    done += step.size();
  }
  write_zeros(target, change.at + change.size, change.zeros);
  if (change.is_end) target.resize(change.at + change.size);
  target.flush();
  empty();
}

}  // namespace shmbroker::service
