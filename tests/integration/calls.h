// Calls of a service as tests make them: of text, with room for kCallBytes.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {

inline constexpr uint32_t kShort = 50;  // milliseconds that a test waits for what does not come
inline constexpr size_t kCallBytes = 256;

inline std::string service_channel(const std::string& name, const std::string& more = "") {
  return R"({ "name": ")" + name + R"(", "kind": "service", "max_request": 256, "max_answer": 256, )" + more +
         R"("access": { "call": ["Everyone"], "serve": ["Everyone"] } })";
}

inline int32_t call(ShmChannel channel, const std::string& request, std::string& answer,
                    uint32_t timeout_ms = kPatience) {
  answer.assign(kCallBytes, '\0');
  size_t size = 0;
  const int32_t status =
      ShmCall(channel, request.data(), request.size(), answer.data(), answer.size(), &size, timeout_ms);
  answer.resize(status >= 0 ? size : 0);
  return status;
}

inline Answer answer_of(ShmChannel channel, const std::string& request, uint32_t timeout_ms = kPatience) {
  std::string answer;
  const int32_t status = call(channel, request, answer, timeout_ms);
  return {status, answer};
}

inline Answer end(ShmChannel channel, ShmToken token, uint32_t timeout_ms = kPatience) {
  std::string answer(kCallBytes, '\0');
  size_t size = 0;
  const int32_t status = ShmCallEnd(channel, token, answer.data(), answer.size(), &size, timeout_ms);
  answer.resize(status >= 0 ? size : 0);
  return {status, answer};
}

inline ShmToken begin(ShmChannel channel, const std::string& request) {
  ShmToken token = 0;
  EXPECT_SHM(SHM_OK, ShmCallBegin(channel, request.data(), request.size(), &token, 0));
  EXPECT_NE(token, 0u);
  return token;
}

struct Taken {
  int32_t status;
  ShmToken token;
  std::string request;
};

inline Taken serve(ShmChannel channel, uint32_t timeout_ms = kPatience) {
  Taken taken{0, 0, std::string(kCallBytes, '\0')};
  size_t size = 0;
  taken.status =
      ShmServe(channel, taken.request.data(), taken.request.size(), &size, &taken.token, timeout_ms);
  taken.request.resize(taken.status == SHM_OK ? size : 0);
  return taken;
}

inline int32_t give(ShmChannel channel, ShmToken token, const std::string& answer) {
  return ShmAnswer(channel, token, answer.data(), answer.size());
}

}  // namespace shmbroker::tests
