// What is to be written into a block's file, complete on the disk before the first byte of the file changes.
// So wherever a save is cut off, by a death, a power cut or a disk that is full, the file has the old value
// or comes to the new one.
//
// The journal lies beside the file and is named after it: value.bin.journal, of a region at 4096:
// value.bin.4096.journal. Empty: nothing is to be done. Otherwise:
//
//   bytes 0 to 47   six 64-bit numbers, little-endian: "SHBJRNL1", where the change begins in the file,
//                   bytes of the new value, zeros that follow it there, 1 if the file ends behind it and 0
//                   if not, a check of the five
//   from 4096 on    the new value
//
// The numbers are written when the value is on the disk. While they and their check are right, the change is
// to be made: it may be made again, as often as it takes. The journal is emptied when the file is on the
// disk.
#pragma once

#include <optional>
#include <string>

#include "service/broker/file.h"

namespace shmbroker::service {

class Journal {
 public:
  // A change of the file.
  struct Change {
    uint64_t at = 0;
    uint64_t size = 0;    // of the new value
    uint64_t zeros = 0;   // behind it
    bool is_end = false;  // the file ends behind the value
  };

  // file: the path of the block's file, as final_path() gives it. region: where its region begins, if it has
  // one. Makes the journal, or takes the one over that an earlier run has left. Throws Error, also where that
  // was made by somebody who is not trusted with it.
  Journal(const std::wstring& file, const std::optional<uint64_t>& region);

  // Removes it, unless a change is still to be made.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Notes a change. None may be pending. Throws Error, and then none is.
  void note(const Change& change, std::span<const std::byte> value);

  // Makes the change that is pending, if there is one. Throws Error, and then it is pending still, unless the
  // file's disk was full before a byte of it has changed.
  void carry_out(File& target);

 private:
  std::optional<Change> read() const;
  void empty();

  std::wstring path_;
  File file_;
  std::optional<Change> pending_;
  bool is_flushed_ = true;  // since it was emptied
};

}  // namespace shmbroker::service
