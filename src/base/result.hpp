// Expected failures are values. Exceptions are for construction and broken invariants.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace sangdam::base {

/// What went wrong: a stable code for programs and tests, a plain sentence for people who administer the
/// kiosk.
struct Failure {
  std::string code;     // "port-in-use", "code-wrong": lower case, hyphens, never changes its meaning
  std::string message;  // what happened, what it means, what to do next
  friend bool operator==(const Failure&, const Failure&) = default;
};

template <class T = void>
using Result = tl::expected<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> failure(std::string code, std::string message) {
  return tl::unexpected<Failure>(Failure{std::move(code), std::move(message)});
}

}  // namespace sangdam::base
