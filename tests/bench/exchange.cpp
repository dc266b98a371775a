#include "tests/bench/exchange.h"

#include <windows.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "shmbroker/shmbroker.hpp"
#include "tests/bench/memory.h"
#include "tests/bench/peer.h"
#include "tests/bench/process.h"

namespace shmbroker::bench {
namespace {

constexpr uint32_t kLongSpin = 1'000'000'000;
using Bytes = std::array<std::byte, kExchangeBytes>;

// A handle of the service.
Channel open(uint32_t access, bool spinning) {
  return Channel(kService, {.access = access, .spin = spinning ? kLongSpin : 0});
}

class Caller final : public Asking {
 public:
  explicit Caller(bool spinning) : channel_(open(SHM_CLIENT, spinning)) {}
  void exchange(std::span<const std::byte> request, std::span<std::byte> answer) override {
    if (call(channel_, request, answer, kAnswerPatience).size() != answer.size())
      throw std::runtime_error("an answer has another size");
  }
  uint64_t sleeps() const override { return channel_.stats().read_waits; }

 private:
  Channel channel_;
};

LinkSpec link(const std::string& name, const char* direction, bool spinning,
              const std::string& address = {}) {
  return {.name = name + direction, .address = address, .size = kExchangeBytes, .spinning = spinning};
}

void send(Writer& writer, std::span<const std::byte> bytes) {
  std::ranges::copy(bytes, writer.begin());
  writer.end();
  writer.flush();
}

void receive(Reader& reader, std::span<std::byte> bytes) {
  const Received received = reader.next();
  if (received.lost != 0 || received.size != bytes.size())
    throw std::runtime_error("a message is not as it was");
  std::copy_n(received.data, received.size, bytes.begin());
}

class LinkAsking final : public Asking {
 public:
  explicit LinkAsking(std::unique_ptr<Reader> answers) : answers_(std::move(answers)) {}
  void begin(std::unique_ptr<Writer> asks) {
    asks_ = std::move(asks);
    answers_->start();
  }
  void exchange(std::span<const std::byte> request, std::span<std::byte> answer) override {
    send(*asks_, request);
    receive(*answers_, answer);
  }

 private:
  std::unique_ptr<Reader> answers_;
  std::unique_ptr<Writer> asks_;
};

void serve(bool spinning) {
  Channel channel = open(SHM_SERVER, spinning);
  std::cout << "begins" << std::endl;
  // Tells how often it has slept each time that it is asked. It is ended with its parent.
  std::thread([&channel] {
    for (std::string line; std::getline(std::cin, line);)
      std::cout << channel.stats().read_waits << std::endl;
  }).detach();
  Bytes room;
  for (;;) {
    Request request(channel, room);
    request.answer(request.data());
  }
}

void answer_links(const Peer& peer, const std::string& name, const std::string& address, bool spinning) {
  const std::unique_ptr<Reader> asks = peer.open_reader(link(name, ".asks", spinning));
  const std::unique_ptr<Writer> answers = peer.open_writer(link(name, ".answers", spinning, address));
  std::cout << asks->address() << std::endl;
  std::string line;
  std::getline(std::cin, line);  // when who asks has opened its end
  asks->start();
  Bytes request;
  for (;;) {
    receive(*asks, request);
    send(*answers, request);
  }
}

}  // namespace

class Exchange::Answering {
 public:
  Answering(const ExchangeSpec& spec, const std::string& address)
      : process_(L"shm_bench.exe", {L"answer", wide(spec.peer), wide(spec.name), wide("@" + address),
                                    spec.spinning ? L"1" : L"0"}) {}
  Process& process() { return process_; }

 private:
  Process process_;
};

Exchange::~Exchange() = default;

Exchange::Exchange(const ExchangeSpec& spec) {
  if (spec.peer == kCalls) {
    answering_ = std::make_unique<Answering>(spec, "");
    if (answering_->process().read_line() != "begins") throw std::runtime_error("the server does not begin");
    asking_ = open_caller(spec.spinning);
    return;
  }
  const Peer& peer = find_peer(spec.peer);
  std::unique_ptr<Reader> answers = peer.open_reader(link(spec.name, ".answers", spec.spinning));
  answering_ = std::make_unique<Answering>(spec, answers->address());
  auto asking = std::make_unique<LinkAsking>(std::move(answers));
  const std::string address = answering_->process().read_line();
  std::unique_ptr<Writer> asks = peer.open_writer(link(spec.name, ".asks", spec.spinning, address));
  answering_->process().write_line("go");
  asking->begin(std::move(asks));
  asking_ = std::move(asking);
}

uint64_t Exchange::answerer_sleeps() const {
  answering_->process().write_line("sleeps");
  return std::stoull(answering_->process().read_line());
}

std::unique_ptr<Asking> open_caller(bool spinning) { return std::make_unique<Caller>(spinning); }

int run_answering(const std::string& peer, const std::string& name, const std::string& address,
                  bool spinning) {
  try {
    if (peer == kCalls) serve(spinning);
    answer_links(find_peer(peer), name, address.substr(1), spinning);
  } catch (const std::exception& error) {
    std::cout << "error: " << error.what() << std::endl;
  }
  return 1;
}

}  // namespace shmbroker::bench
