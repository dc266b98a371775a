#include <cstdio>
#include <shmbroker/shmbroker.hpp>
#include <string>
#include <vector>

int main() try {
  shmbroker::Channel channel(L"a stranger's, in C++",
                             {.kind = SHM_QUEUE, .flags = SHM_OPEN_CREATE, .capacity = 4096});
  channel.write(std::as_bytes(std::span("hello", 5)), 0);
  std::vector<std::byte> room(channel.max_message());
  const shmbroker::Message message = channel.read(room, 0);
  const std::string text(reinterpret_cast<const char*>(message.data.data()), message.data.size());
  std::printf("C++: %s\n", text.c_str());
  return text == "hello" ? 0 : 1;
} catch (const shmbroker::Error& error) {
  std::puts(error.what());
  return 1;
}
