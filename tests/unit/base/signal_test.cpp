#include "base/signal.hpp"

#include <gio/gio.h>

#include <utility>

#include "base/handles.hpp"
#include "support/catch.hpp"

using namespace sangdam::base;

namespace {

// GSimpleAction's "activate" is a signal that anybody can make fire.
Ref<GSimpleAction> make_action() { return Ref<GSimpleAction>::adopt(g_simple_action_new("act", nullptr)); }
void fire(const Ref<GSimpleAction>& action) { g_action_activate(G_ACTION(action.get()), nullptr); }
void count(GSimpleAction*, GVariant*, gpointer data) noexcept { ++*static_cast<int*>(data); }

SignalConnection connect(const Ref<GSimpleAction>& action, int& calls) {
  return {action.get(), "activate", G_CALLBACK(count), &calls};
}

}  // namespace

TEST_CASE("a handler runs until its connection dies", "[signal]") {
  const auto action = make_action();
  int calls = 0;
  {
    const SignalConnection connection = connect(action, calls);
    REQUIRE(connection.connected());
    fire(action);
    REQUIRE(calls == 1);
  }
  fire(action);
  REQUIRE(calls == 1);
}

TEST_CASE("disconnecting twice is harmless", "[signal]") {
  const auto action = make_action();
  int calls = 0;
  SignalConnection connection = connect(action, calls);
  connection.disconnect();
  connection.disconnect();
  REQUIRE_FALSE(connection.connected());
  fire(action);
  REQUIRE(calls == 0);
}

TEST_CASE("a moved connection lives on in its new place", "[signal]") {
  const auto action = make_action();
  int calls = 0;
  SignalConnection first = connect(action, calls);
  SignalConnection second = std::move(first);
  REQUIRE_FALSE(first.connected());  // NOLINT(bugprone-use-after-move): being empty afterwards is the promise
  first.disconnect();
  fire(action);
  REQUIRE(calls == 1);
  second.disconnect();
  fire(action);
  REQUIRE(calls == 1);
}

TEST_CASE("assigning over a connection disconnects the old handler", "[signal]") {
  const auto one = make_action();
  const auto two = make_action();
  int first_calls = 0;
  int second_calls = 0;
  SignalConnection connection = connect(one, first_calls);
  connection = connect(two, second_calls);
  fire(one);
  fire(two);
  REQUIRE(first_calls == 0);
  REQUIRE(second_calls == 1);
}

TEST_CASE("a connection does not keep its emitter alive, and outlives it", "[signal]") {
  auto action = make_action();
  bool gone = false;
  g_object_weak_ref(
      G_OBJECT(action.get()), [](gpointer data, GObject*) { *static_cast<bool*>(data) = true; }, &gone);
  int calls = 0;
  SignalConnection connection = connect(action, calls);
  action.reset();
  REQUIRE(gone);
  SignalConnection moved = std::move(connection);
  moved.disconnect();
  REQUIRE_FALSE(moved.connected());
}

TEST_CASE("a handler may disconnect itself while it runs", "[signal]") {
  struct Once {
    SignalConnection connection;
    int calls = 0;
    static void on_activate(GSimpleAction*, GVariant*, gpointer data) noexcept {
      auto* self = static_cast<Once*>(data);
      ++self->calls;
      self->connection.disconnect();
    }
  };
  const auto action = make_action();
  Once once;
  once.connection = SignalConnection(action.get(), "activate", G_CALLBACK(Once::on_activate), &once);
  fire(action);
  fire(action);
  REQUIRE(once.calls == 1);
}
