// A service: what calling it and serving it mean. A handle does one of the two.
#pragma once

#include "client_dll/channel.h"
#include "client_dll/client_desk.h"
#include "client_dll/server_desks.h"

namespace shmbroker::client {

class ServiceChannel final : public Channel {
 public:
  ServiceChannel(std::unique_ptr<Attachment> attachment, const ShmOptions& options, Calls& calls);
  ~ServiceChannel() override;

  // Opens what this side needs besides. Returns SHM_OK, or a failed status after fail().
  int32_t join();

  // What is for messages is SHM_E_KIND.
  int32_t write(const void* message, size_t size, DWORD timeout_ms) override;
  int32_t write_batch(CallerArray<const ShmMessage> messages, uint32_t& written, DWORD timeout_ms) override;
  int32_t loan(size_t size, void*& memory, DWORD timeout_ms) override;
  int32_t commit(size_t size) override;
  int32_t abort() override;
  int32_t read(void* buffer, size_t capacity, size_t& size, DWORD timeout_ms) override;
  int32_t read_batch(CallerArray<ShmMessage> messages, std::span<std::byte> buffer, uint32_t& count,
                     DWORD timeout_ms) override;
  int32_t peek(const void*& memory, size_t& size, DWORD timeout_ms) override;
  int32_t release() override;

  int32_t begin_call(std::span<const std::byte> request, uint64_t& token) override;
  int32_t loan_call(size_t size, void*& memory, uint64_t& token) override;
  int32_t commit_call(uint64_t token, size_t size) override;
  int32_t look_at_call(uint64_t token, const Destination& answer, size_t& size, bool spins) override;
  int32_t release_call(uint64_t token) override;
  int32_t sleep_for_answer(uint64_t token, const WaitContext& context) override;
  int32_t give_up_call(uint64_t token) override;

  int32_t serve(const Destination& request, size_t& size, uint64_t& token, DWORD timeout_ms) override;
  int32_t loan_answer(uint64_t token, void*& memory, size_t& capacity) override;
  int32_t answer(uint64_t token, std::span<const std::byte> bytes) override;
  int32_t refuse_call(uint64_t token, int32_t code, std::wstring_view text) override;
  int32_t caller(uint64_t token, ShmCaller& caller) override;

 protected:
  // A client has an answer to read, or a call that came to nothing.
  bool is_readable() const override { return server_ ? server_->find() : client_->has_outcome(); }
  uint32_t poll_readable(uint32_t most) const override { return server_->poll(most); }
  uint64_t sequence() const override { return 0; }
  void add_stats(ShmStats& stats) const override {
    if (client_) client_->add_stats(stats);
  }
  // relaxed: diagnostic only.
  uint32_t writer_count() const override {
    return at().data().presence.clients.load(std::memory_order_relaxed);
  }

 private:
  int32_t refuse_messages() const;
  int32_t check_calling() const;
  int32_t check_serving() const;
  int32_t take_request(const Destination& request, size_t& size, uint64_t& token, CallWait& wait);
  int32_t given(int32_t status) const;
  int32_t refuse_with_code(int32_t code, const std::wstring& text) const;
  int32_t check_request(size_t size) const;
  void publish_call();
  int32_t end_call(uint64_t token, const Destination& answer, size_t& size);
  bool has_no_server() const;
  int32_t refuse_no_server() const;

  const bool wants_server_;
  std::optional<ClientDesk> client_;
  mutable std::optional<ServerDesks> server_;  // locks for itself: to look is to go on in its round
};

}  // namespace shmbroker::client
