// An open channel in this process: its mapped memory, its events, and what reading and writing mean for it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "client_dll/broker_link.h"
#include "client_dll/notification.h"
#include "client_dll/waits.h"
#include "core/block.h"
#include "core/win/section.h"
#include "shmbroker/shmbroker.h"

namespace shmbroker::client {

class Channel {
 public:
  // Asks the broker for the channel, and maps it. Returns SHM_OK and the channel, or a failed status after
  // fail().
  static int32_t open(const std::wstring& name, const ShmOptions& options, const Interrupts& interrupts,
                      std::unique_ptr<Channel>& channel);
  // Drops what the handle holds, and gives its slots back to the broker.
  ~Channel();

  // The caller has the handle's writing turn.
  int32_t write(const void* data, size_t size, DWORD timeout_ms);
  int32_t lock(void*& memory, size_t& size, DWORD timeout_ms);
  int32_t unlock(size_t size);

  // The caller has the handle's reading turn.
  int32_t read(void* buffer, size_t capacity, size_t& size, DWORD timeout_ms);
  int32_t peek(const void*& data, size_t& size, DWORD timeout_ms);
  int32_t release();

  // From any thread, whoever has the turns.
  void nudge();
  void info(ShmInfo& info) const;
  void stats(ShmStats& stats) const;
  int32_t wait_handle(void*& handle);
  int32_t notify_window(HWND window, UINT message, uintptr_t cookie, ShmChannel handle);

 private:
  Channel(const std::wstring& name, const ShmOptions& options, const Interrupts& interrupts);
  int32_t attach(const pipe::OpenReply& reply, const BrokerIdentity& identity);
  int32_t map(const pipe::OpenReply& reply, const BrokerIdentity& identity);
  int32_t open_events(const pipe::OpenReply& reply, const BrokerIdentity& identity);

  bool can_read() const { return reader_ != pipe::kNoSlot; }
  bool can_write() const { return writer_ != pipe::kNoSlot; }
  bool has_ended() const;
  int32_t refuse(int32_t status, const wchar_t* what) const;
  int32_t ended_by(WaitEnd end, int32_t on_timeout) const;
  int32_t corrupt() const;
  int32_t take_lock(DWORD timeout_ms);
  void drop_lock();
  void publish(const core::Block::Draft& draft, uint64_t size);
  bool has_news() const;
  bool mark_and_look();
  int32_t await_news(DWORD timeout_ms);
  void notify_if_readable();
  void note_read(const core::Block::Value& value);
  void wake_readers();
  HANDLE reader_event_of(uint32_t slot);
  core::ClientSlot& reader_slot() const { return readers().readers[reader_]; }
  core::ClientSlot& writer_slot() const { return data().writers[writer_]; }
  core::DataSection& data() const { return *reinterpret_cast<core::DataSection*>(data_.memory()); }
  core::ReadersSection& readers() const {
    return *reinterpret_cast<core::ReadersSection*>(readers_.memory());
  }

  const std::wstring name_;
  const Interrupts& interrupts_;
  const uint32_t spin_;
  const bool start_at_next_;
  core::Geometry geometry_;
  uint32_t reader_ = pipe::kNoSlot;
  uint32_t writer_ = pipe::kNoSlot;
  win::View data_;
  win::View readers_;
  std::optional<core::Block> block_;
  win::Handle mutex_;
  win::Handle lock_event_;
  win::Handle reader_event_;
  win::Handle read_nudge_;
  win::Handle write_nudge_;

  // Writing.
  std::optional<core::Block::Draft> locked_;
  struct WakeTarget {
    uint32_t generation = 0;
    win::Handle event;
  };
  WakeTarget targets_[core::kMaxReaders];
  std::wstring reader_event_prefix_;
  std::atomic<uint64_t> lock_waits_{0};

  // Reading.
  std::optional<core::Block::Value> peeked_;
  std::atomic<uint64_t> last_read_{0};  // sequence; also looked at by notification
  std::optional<Notification> notification_;
};

}  // namespace shmbroker::client
