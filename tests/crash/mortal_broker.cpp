// The broker as a program of the tests: it dies where SHM_CRASH_AT says, and is told what to do on its input.
//
//   mortal_broker <config> <data>   says "serving", or why not; then the commands "reload" and "stop"
//   mortal_broker keep <maker> <outlives>   what the broker itself starts
#include <windows.h>

#include <iostream>
#include <string>
#include <thread>

#include "service/broker/broker.h"
#include "service/broker/keeper.h"

int wmain(int argc, wchar_t** argv) {
  using namespace shmbroker::service;
  const auto handle = [&](int i) {
    return reinterpret_cast<HANDLE>(static_cast<uintptr_t>(std::stoull(argv[i])));
  };
  if (argc == 4) Keeper::keep(handle(2), handle(3));
  if (argc != 3) return 2;
  try {
    // Its log is not for the output: nobody reads that while it runs.
    Broker broker({argv[1], argv[2]}, LogTo::service);
    std::cout << "serving" << std::endl;
    std::thread orders([&broker] {
      for (std::string line; std::getline(std::cin, line) && line != "stop";) broker.reload();
      broker.stop();
    });
    broker.run();
    orders.join();
  } catch (const std::exception& error) {
    std::cout << error.what() << std::endl;
    return 1;
  }
  std::cout << "stopped" << std::endl;
  return 0;
}
