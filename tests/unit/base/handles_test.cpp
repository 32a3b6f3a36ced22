#include "base/handles.hpp"

#include <gio/gio.h>

#include <type_traits>
#include <utility>

#include "support/catch.hpp"

namespace {

// Stands for a library's counted object: it only remembers what was done to it.
struct Counted {
  int references = 1;
  int sinks = 0;
};

}  // namespace

template <>
struct sangdam::base::HandleTraits<Counted> {
  static void ref(Counted* p) { ++p->references; }
  static void unref(Counted* p) { --p->references; }
  static void sink(Counted* p) { ++p->sinks; }
};

using namespace sangdam::base;
using CountedRef = Ref<Counted>;

TEST_CASE("adopt takes over the reference it was given", "[handles]") {
  Counted object;
  {
    const auto ref = CountedRef::adopt(&object);
    REQUIRE(ref.get() == &object);
    REQUIRE(object.references == 1);
  }
  REQUIRE(object.references == 0);
  REQUIRE(object.sinks == 0);
}

TEST_CASE("share adds a reference and gives it back", "[handles]") {
  Counted object;
  {
    const auto ref = CountedRef::share(&object);
    REQUIRE(object.references == 2);
  }
  REQUIRE(object.references == 1);
}

TEST_CASE("sink takes the floating reference", "[handles]") {
  Counted object;
  {
    const auto ref = CountedRef::sink(&object);
    REQUIRE(object.sinks == 1);
    REQUIRE(object.references == 1);
  }
  REQUIRE(object.references == 0);
}

TEST_CASE("copies count and moves do not", "[handles]") {
  Counted object;
  {
    auto first = CountedRef::adopt(&object);
    const CountedRef second = first;
    REQUIRE(object.references == 2);
    REQUIRE(first == second);

    const CountedRef third = std::move(first);
    REQUIRE(object.references == 2);
    REQUIRE_FALSE(first);  // NOLINT(bugprone-use-after-move): being empty afterwards is the promise
    REQUIRE(third == second);
  }
  REQUIRE(object.references == 0);
  STATIC_REQUIRE(std::is_nothrow_move_constructible_v<CountedRef>);
  STATIC_REQUIRE(std::is_nothrow_move_assignable_v<CountedRef>);
}

TEST_CASE("assignment releases what was held before, also to itself", "[handles]") {
  Counted first;
  Counted second;
  auto ref = CountedRef::adopt(&first);
  ref = CountedRef::adopt(&second);
  REQUIRE(first.references == 0);
  REQUIRE(second.references == 1);

  const CountedRef& same = ref;
  ref = same;
  REQUIRE(second.references == 1);

  ref = nullptr;
  REQUIRE(second.references == 0);
}

TEST_CASE("reset releases and release gives away", "[handles]") {
  Counted object;
  auto ref = CountedRef::share(&object);
  REQUIRE(object.references == 2);
  REQUIRE(ref.release() == &object);
  REQUIRE_FALSE(ref);
  REQUIRE(object.references == 2);  // whoever took it owes the unref

  ref = CountedRef::adopt(&object);
  ref.reset();
  ref.reset();
  REQUIRE(object.references == 1);
}

TEST_CASE("null is a value like any other", "[handles]") {
  auto ref = CountedRef::share(nullptr);
  REQUIRE_FALSE(ref);
  REQUIRE_FALSE(CountedRef::sink(nullptr));
  const CountedRef copy = ref;
  REQUIRE(copy == ref);
  REQUIRE(ref.release() == nullptr);
}

TEST_CASE("out releases the old content and adopts the new", "[handles]") {
  Counted old;
  Counted fresh;
  const auto transfer_full = [&](Counted** result) { *result = &fresh; };
  auto ref = CountedRef::adopt(&old);
  transfer_full(out(ref));
  REQUIRE(old.references == 0);
  REQUIRE(fresh.references == 1);
  REQUIRE(ref.get() == &fresh);
}

TEST_CASE("out collects an error, and nothing when there is none", "[handles]") {
  ErrorPtr error;
  CharPtr text;
  REQUIRE_FALSE(g_file_get_contents("/nonexistent/file", out(text), nullptr, out(error)));
  REQUIRE_FALSE(text);
  REQUIRE(g_error_matches(error.get(), G_FILE_ERROR, G_FILE_ERROR_NOENT));
  REQUIRE(message_of(error).find("/nonexistent/file") != std::string::npos);

  REQUIRE(g_file_get_contents("/proc/self/comm", out(text), nullptr, out(error)));
  REQUIRE(text);
  REQUIRE_FALSE(error);
  REQUIRE(message_of(error) == "unknown error");
}

TEST_CASE("the last reference of a GObject ends it", "[handles]") {
  bool gone = false;
  auto cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  g_object_weak_ref(
      G_OBJECT(cancellable.get()), [](gpointer data, GObject*) { *static_cast<bool*>(data) = true; }, &gone);
  {
    const auto second = cancellable;
    cancellable.reset();
    REQUIRE_FALSE(gone);
  }
  REQUIRE(gone);
}

TEST_CASE("a floating GVariant is sunk once", "[handles]") {
  const auto value = Ref<GVariant>::sink(g_variant_new_string("x"));
  REQUIRE_FALSE(g_variant_is_floating(value.get()));
}
