// The files of blocks that this process has open. Several blocks may lie in one file, each in a region of its
// own.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "service/broker/file.h"
#include "service/config/config.h"

namespace shmbroker::service {

class FileRegions {
 public:
  // A block's part of a file. Its end gives the part back, and closes the file with the last one.
  class Region {
   public:
    ~Region();
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;

    File& file() { return entry_->file; }
    const std::wstring& path() const { return path_; }  // as final_path() gives it

   private:
    friend class FileRegions;
    struct Entry {
      File file;
      std::vector<const Region*> regions;
    };
    Region(FileRegions& files, std::wstring path, std::string channel, uint64_t begin, uint64_t end)
        : files_(files), path_(std::move(path)), channel_(std::move(channel)), begin_(begin), end_(end) {}

    FileRegions& files_;
    std::wstring path_;
    std::string channel_;
    uint64_t begin_;
    uint64_t end_;
    std::shared_ptr<Entry> entry_;
  };

  enum class Missing { make, leave };

  // Opens a block's file, and keeps others from writing, shortening or deleting it; or takes it as another
  // block has it open. A file that has no region is made where there is none; or with Missing::leave left,
  // and then the result is null. folders: it must be under one of them, and stay there when every link on its
  // way is followed. From any thread. Throws Error, also where the part overlaps with another block's.
  std::unique_ptr<Region> open(const std::string& channel, const FileConfig& config, uint64_t capacity,
                               const std::vector<std::string>& folders, Missing missing = Missing::make);

 private:
  struct IgnoringCase {
    bool operator()(const std::wstring& a, const std::wstring& b) const;
  };

  std::mutex mutex_;
  std::map<std::wstring, std::weak_ptr<Region::Entry>, IgnoringCase> files_;  // by path_
};

// What is wrong with the path of a file or folder in the configuration, whatever is there; "" where nothing
// is.
std::string path_problem(const std::string& path);

}  // namespace shmbroker::service
