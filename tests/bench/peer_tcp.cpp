#include "tests/bench/peer_tcp.h"

#include <winsock2.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "tests/bench/memory.h"

namespace shmbroker::bench {
namespace {

constexpr size_t kPrefix = 8;  // a length of 4 bytes, and 4 to keep the payload aligned
constexpr int kSocketBuffer = 4 << 20;

std::runtime_error socket_failure(const std::string& what) {
  return std::runtime_error(what + ": Winsock error " + std::to_string(WSAGetLastError()));
}

class Winsock {
 public:
  Winsock() {
    WSADATA ignored;
    if (WSAStartup(MAKEWORD(2, 2), &ignored) != 0) throw socket_failure("WSAStartup");
  }
  ~Winsock() { WSACleanup(); }
  Winsock(const Winsock&) = delete;
  Winsock& operator=(const Winsock&) = delete;
};

class Socket {
 public:
  explicit Socket(SOCKET socket) : socket_(socket) {
    if (socket_ == INVALID_SOCKET) throw socket_failure("cannot make a socket");
  }
  Socket(Socket&& other) noexcept : socket_(std::exchange(other.socket_, INVALID_SOCKET)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (socket_ != INVALID_SOCKET) closesocket(socket_);
  }
  SOCKET get() const { return socket_; }

  void set(int level, int option, int value) const {
    if (setsockopt(socket_, level, option, reinterpret_cast<const char*>(&value), sizeof value) != 0) {
      throw socket_failure("setsockopt");
    }
  }

 private:
  SOCKET socket_;
};

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

class TcpWriter final : public Writer {
 public:
  explicit TcpWriter(const LinkSpec& spec)
      : size_(spec.size), buffer_(kPrefix + spec.size), socket_(socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)) {
    socket_.set(IPPROTO_TCP, TCP_NODELAY, 1);
    socket_.set(SOL_SOCKET, SO_SNDBUF, kSocketBuffer);
    const sockaddr_in address = loopback(static_cast<uint16_t>(std::stoul(spec.address)));
    if (connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw socket_failure("cannot connect");
    }
    const auto length = static_cast<uint32_t>(size_);
    std::memcpy(buffer_.data(), &length, sizeof length);
  }

  std::byte* begin() override { return buffer_.data() + kPrefix; }

  void end() override {
    const auto* bytes = reinterpret_cast<const char*>(buffer_.data());
    for (size_t sent = 0; sent < kPrefix + size_;) {
      const int result = send(socket_.get(), bytes + sent, static_cast<int>(kPrefix + size_ - sent), 0);
      if (result <= 0) throw socket_failure("send");
      sent += static_cast<size_t>(result);
    }
  }

 private:
  Winsock winsock_;
  const size_t size_;
  Buffer buffer_;
  Socket socket_;
};

// Takes as much as has come with each recv, and hands it out message by message.
class TcpReader final : public Reader {
 public:
  explicit TcpReader(const LinkSpec& spec)
      : room_(std::max<size_t>(2 * (kPrefix + spec.size), 256 * 1024)),
        buffer_(room_),
        listener_(socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)) {
    listener_.set(SOL_SOCKET, SO_RCVBUF, kSocketBuffer);
    sockaddr_in address = loopback(0);
    int length = sizeof address;
    if (bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_.get(), 1) != 0 ||
        getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
      throw socket_failure("cannot listen");
    }
    port_ = ntohs(address.sin_port);
  }

  std::string address() const override { return std::to_string(port_); }

  void start() override {
    peer_ = std::make_unique<Socket>(accept(listener_.get(), nullptr, nullptr));
    peer_->set(IPPROTO_TCP, TCP_NODELAY, 1);
  }

  Received next() override {
    fill(kPrefix);
    uint32_t length = 0;
    std::memcpy(&length, buffer_.data() + start_, sizeof length);
    if (kPrefix + length > room_) throw std::runtime_error("a length came that nobody sent");
    fill(kPrefix + length);
    const std::byte* data = buffer_.data() + start_ + kPrefix;
    start_ += kPrefix + length;
    return {data, length};
  }

 private:
  // Receives until this many bytes lie in one piece.
  void fill(size_t need) {
    while (end_ - start_ < need) {
      if (start_ == end_) start_ = end_ = 0;
      if (start_ + need > room_) {
        std::memmove(buffer_.data(), buffer_.data() + start_, end_ - start_);
        end_ -= std::exchange(start_, 0);
      }
      auto* bytes = reinterpret_cast<char*>(buffer_.data() + end_);
      const int got = recv(peer_->get(), bytes, static_cast<int>(room_ - end_), 0);
      if (got <= 0) throw socket_failure("recv");
      end_ += static_cast<size_t>(got);
    }
  }

  Winsock winsock_;
  const size_t room_;
  Buffer buffer_;
  Socket listener_;
  std::unique_ptr<Socket> peer_;
  uint16_t port_ = 0;
  size_t start_ = 0;
  size_t end_ = 0;
};

}  // namespace

std::unique_ptr<Writer> open_tcp_writer(const LinkSpec& spec) { return std::make_unique<TcpWriter>(spec); }
std::unique_ptr<Reader> open_tcp_reader(const LinkSpec& spec) { return std::make_unique<TcpReader>(spec); }

}  // namespace shmbroker::bench
