// The broker: the channels of its configuration, and what clients ask of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "protocol/status.h"
#include "service/broker/account_names.h"
#include "service/broker/broker_paths.h"
#include "service/broker/channel.h"
#include "service/broker/channel_parts.h"
#include "service/broker/client_log.h"
#include "service/broker/creation_rights.h"
#include "service/broker/ended_memory.h"
#include "service/broker/event_loop.h"
#include "service/broker/held_up_channels.h"
#include "service/broker/loaded_config.h"
#include "service/broker/pipe_server.h"
#include "service/broker/rate_limit.h"
#include "service/broker/state_file.h"
#include "service/broker/unavailable.h"
#include "service/broker/value_saver.h"
#include "service/broker/worker.h"
#include "service/support/log.h"
#include "win/security.h"

namespace shmbroker::service {

class Refusal;

class Broker {
 public:
  // Reads the configuration, creates its channels and serves the pipe; when it returns, clients can come. A
  // channel that can't be had is noted, and tried again. Throws Error or ConfigError, and then nothing of it
  // is left. progress: called now and then meanwhile, by which somebody who waits sees that it goes on.
  Broker(const BrokerPaths& paths, LogTo log, const std::function<void()>& progress = {});
  ~Broker();

  // Serves until stop().
  void run();

  // What it serves and from where, in a line.
  std::string summary() const;

  // From any thread, also before run().
  void stop() { loop_.stop(); }

  // Reads the configuration again. Whatever is wrong with it goes to the log, and the old one stays in force.
  // From any thread.
  void reload();

 private:
  struct Caller;
  // What came of being told to read the configuration again.
  struct Reloads {
    uint32_t count = 0;
    bool refused = false;     // the last time
    uint64_t configured = 0;  // written_at() of what is in force
    std::string text;         // of the last time
  };
  // Since the start.
  struct Counts {
    uint64_t started = 0;  // as a FILETIME
    uint64_t denials = 0;
    uint64_t quota = 0;
    uint64_t recoveries = 0;
  };
  using Channels = std::map<std::wstring, std::shared_ptr<Channel>>;

  static win::Handle claim_machine(const Identity& identity);
  static Realm find_realm();
  void take_keeper(std::shared_ptr<Keeper> keeper, State known);
  DWORD tend_keeper();
  bool entrust_more();
  bool note_instance(const ChannelConfig& config);
  bool may_live(const State::Known& known) const;
  void take_over_created();
  std::shared_ptr<Channel> make_channel(const ChannelConfig& config, const Access& access);
  std::shared_ptr<Channel> make_created(ChannelConfig config);
  std::unique_ptr<Channel> take_over(const ChannelConfig& config, const Access& access);
  std::unique_ptr<Channel> make_anew(const ChannelConfig& config, const Access& access);
  void set_up(ChannelParts parts);
  void note_unavailable(const ChannelParts& parts, const std::string& reason, DWORD win32);
  bool lacks_file(const ChannelConfig& config) const;
  DWORD tend_unavailable();
  void retry(ChannelParts parts, uint64_t attempt);
  Refusal why_unavailable(const Unavailable& channel, const Caller& caller) const;
  std::filesystem::path state_file() const { return paths_.data / L"state.json"; }
  void take(LoadedConfig loaded);
  DWORD tend_reload();
  void set_up_coming(const std::wstring& name);
  void finish_reload();
  void check_change(const Config& config) const;
  bool is_replaceable(const std::wstring& name) const;
  void drop_replaced(const Config& config);
  void note_new(const Config& config);
  void take_creators(CreationRights rights);
  DWORD tend_creators();
  void end_removed(const Config& config);
  State state_now() const;
  void save() const;
  void save_what_is_left() const;
  void close_down();
  bool carry_out(PipeServer::ConnectionId connection, PipeClient& client, const pipe::RequestHeader& request,
                 pipe::ReplyHeader& reply, const std::function<void(Caller&)>& work);
  void count(const Refusal& refusal, const std::string& text);
  void log_about(const std::wstring& account, uint32_t pid, ClientLog::Level level, const std::string& text) {
    client_log_.note(account, pid, level, text, GetTickCount64());
  }
  void log_about(const PipeClient& client, ClientLog::Level level, const std::string& text) {
    log_about(client.account(), client.pid(), level, text);
  }
  DWORD tend_client_log();
  DWORD tend_held_up();
  void tell(const HeldUpChannels::News& news);
  PipeServer::Answer answer(PipeServer::ConnectionId connection, PipeClient& client,
                            std::span<const std::byte> request, std::span<std::byte> reply);
  PipeServer::Answer admitted(const PipeClient& client, const pipe::OpenRequest& request,
                              const pipe::OpenReply& reply);
  void open(const pipe::OpenRequest& request, const Caller& caller, pipe::OpenReply& reply);
  void admit(Channel& channel, const pipe::OpenRequest& request, const Caller& caller,
             pipe::OpenReply& reply);
  void check_slots(const Channel& channel, const Caller& caller, uint32_t rights) const;
  void close(const pipe::CloseRequest& request, const Caller& caller, pipe::CloseReply& reply);
  bool vacate(const Client& client, const pipe::CloseRequest& place);
  void list(const pipe::ListRequest& request, const Caller& caller, pipe::ListReply& reply);
  void flush(const pipe::FlushRequest& request, const Caller& caller, pipe::FlushReply& reply);
  void inspect(const pipe::InspectRequest& request, const Caller& caller, pipe::InspectReply& reply);
  static Channel::Sees sight_of(const Caller& caller);
  void inspect_service(const pipe::ServiceRequest& request, const Caller& caller, pipe::ServiceReply& reply);
  void await_names(PipeServer::ConnectionId connection);
  void look_up_names();
  std::wstring known_name(const std::wstring& account);
  std::string words_of(PipeClient& client);
  void answer_again(ULONGLONG due);
  DWORD tend_names();
  static std::string in_words(const AccessConfig& access, const Caller& caller);
  const std::shared_ptr<Channel>& find(const std::wstring& name) const;
  std::shared_ptr<Channel> create(const std::wstring& name, const pipe::OpenRequest& request,
                                  const Caller& caller);
  void check_quota(const ChannelConfig& wanted, const Caller& caller);
  void drop_if_over(Channel& channel);
  bool erase_if_over(Channel& channel);
  void bury(const Client& client);
  void bury_client(const Client& client);

  BrokerPaths paths_;
  Config config_;
  LogConfig opened_log_;  // what the log's files were opened with
  win::Handle machine_;   // the mutex whose existence keeps a second broker out
  Realm realm_;
  EventLoop loop_;
  FileRegions files_;
  ClientWatch watch_;
  State state_;  // as the last run left it, and which instance a channel is to have
  RateLimit rate_;
  ClientLog client_log_;
  AccountNames names_;
  // Requests that are answered again when they have the names that they lack, or else then, in
  // GetTickCount64's time.
  std::map<PipeServer::ConnectionId, ULONGLONG> awaiting_names_;
  CreationRights creators_;
  ULONGLONG creators_due_ = 0;    // when to look up again those that are unknown, in GetTickCount64's time
  ULONGLONG creators_pause_ = 0;  // that went before, in milliseconds
  bool looks_up_creators_ = false;
  Reloads reloads_;
  std::optional<LoadedConfig> coming_;  // a configuration of which not all channels are set up yet
  Counts counts_;
  HeldUpChannels held_up_;
  ULONGLONG held_up_due_ = 0;       // when to look again, in GetTickCount64's time
  std::shared_ptr<Keeper> keeper_;  // none for as long as one that died could not be replaced
  bool starts_keeper_ = false;      // on the worker's thread
  std::optional<std::wstring>
      entrusted_;  // what is behind this name among channels_ is still to be entrusted to it
  Client keeper_process_;
  ULONGLONG keeper_started_ = 0;  // in GetTickCount64's time
  ULONGLONG keeper_due_ = 0;      // when to try again to start one, or to entrust, in GetTickCount64's time
  Channels channels_;
  EndedMemory ended_memory_{ChannelObjects::exist};
  UnavailableChannels unavailable_;  // some of them are among channels_, and wait for an account or a file
  Worker worker_{loop_};
  ValueSaver saver_{worker_};
  std::unique_ptr<PipeServer> pipe_;
};

}  // namespace shmbroker::service
