// Writing JSON that cannot throw. Internal to src/protocol.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sangdam::protocol::detail {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

/// Text that is not UTF-8 is a bug of ours, but must not take a consultation down: it gets U+FFFD.
[[nodiscard]] inline std::string write(const nlohmann::json& message) {
  return message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace sangdam::protocol::detail
