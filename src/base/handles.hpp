// RAII for the handles of GLib and of libraries built on it.
//
// Two families:
//   Ref<T>      a counted reference (GObject, GBytes, GMainContext, ...). The constructor spells the intent:
//               Ref<T>::adopt(p)  takes over a reference the callee gave us ("transfer full");
//               Ref<T>::share(p)  adds a reference to one somebody else keeps ("transfer none");
//               Ref<T>::sink(p)   takes a floating reference (GtkWidget, GstElement fresh from a factory).
//   FreePtr     things freed once (GError, strings): std::unique_ptr with the library's own free function.
//
// A library that counts differently (GStreamer's mini objects) specialises HandleTraits in the folder that is
// allowed to name that library; see pipelines/gst_handles.hpp.
//
// Threads: a Ref may be moved to another thread if the library's object may be.
#pragma once

#include <glib-object.h>

#include <memory>
#include <string>
#include <utility>

namespace sangdam::base {

/// How a type counts. The default is GObject.
template <class T>
struct HandleTraits {
  static void ref(T* p) { g_object_ref(p); }
  static void unref(T* p) { g_object_unref(p); }
  static void sink(T* p) { g_object_ref_sink(p); }
};

template <>
struct HandleTraits<GBytes> {
  static void ref(GBytes* p) { g_bytes_ref(p); }
  static void unref(GBytes* p) { g_bytes_unref(p); }
};

template <>
struct HandleTraits<GMainContext> {
  static void ref(GMainContext* p) { g_main_context_ref(p); }
  static void unref(GMainContext* p) { g_main_context_unref(p); }
};

template <>
struct HandleTraits<GMainLoop> {
  static void ref(GMainLoop* p) { g_main_loop_ref(p); }
  static void unref(GMainLoop* p) { g_main_loop_unref(p); }
};

template <>
struct HandleTraits<GVariant> {
  static void ref(GVariant* p) { g_variant_ref(p); }
  static void unref(GVariant* p) { g_variant_unref(p); }
  static void sink(GVariant* p) { g_variant_ref_sink(p); }
};

template <>
struct HandleTraits<GDateTime> {
  static void ref(GDateTime* p) { g_date_time_ref(p); }
  static void unref(GDateTime* p) { g_date_time_unref(p); }
};

/// One counted reference. Empty after a move; null is allowed.
template <class T, class Traits = HandleTraits<T>>
class Ref {  // NOLINT(cppcoreguidelines-special-member-functions): one assignment by value serves copy and
             // move
 public:
  Ref() noexcept = default;
  Ref(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor): `return nullptr` reads well
  Ref(const Ref& other) : m_handle(other.m_handle) {
    if (m_handle) Traits::ref(m_handle);
  }
  Ref(Ref&& other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(m_handle, other.m_handle);
    return *this;
  }
  ~Ref() {
    if (m_handle) Traits::unref(m_handle);
  }

  [[nodiscard]] static Ref adopt(T* p) noexcept { return Ref(p); }
  [[nodiscard]] static Ref share(T* p) {
    if (p) Traits::ref(p);
    return Ref(p);
  }
  [[nodiscard]] static Ref sink(T* p) {
    if (p) Traits::sink(p);
    return Ref(p);
  }

  [[nodiscard]] T* get() const noexcept { return m_handle; }
  T* operator->() const noexcept { return m_handle; }
  explicit operator bool() const noexcept { return m_handle != nullptr; }
  void reset() noexcept { *this = Ref(); }

  /// Gives the reference away, to a callee that takes it over ("transfer full").
  [[nodiscard]] T* release() noexcept { return std::exchange(m_handle, nullptr); }

  friend bool operator==(const Ref& a, const Ref& b) noexcept { return a.m_handle == b.m_handle; }

 private:
  explicit Ref(T* p) noexcept : m_handle(p) {}
  T* m_handle = nullptr;
};

/// Deleter for std::unique_ptr that calls a C library's free function.
template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};

template <class T, auto Free>
using FreePtr = std::unique_ptr<T, FreeWith<Free>>;

using ErrorPtr = FreePtr<GError, g_error_free>;
using CharPtr = FreePtr<char, g_free>;
using StrvPtr = FreePtr<char*, g_strfreev>;
using KeyFilePtr = FreePtr<GKeyFile, g_key_file_unref>;

/// Adapter for `T** out` parameters:  g_file_get_contents(path, out(text), nullptr, out(error)).
/// Works with FreePtr and Ref; the old content is released first.
template <class Owner, class T>
class OutParameter {
 public:
  explicit OutParameter(Owner& owner) : m_owner(owner) {}
  OutParameter(const OutParameter&) = delete;
  OutParameter& operator=(const OutParameter&) = delete;
  ~OutParameter() {
    if constexpr (requires { Owner::adopt(m_raw); }) {
      m_owner = Owner::adopt(m_raw);
    } else {
      m_owner.reset(m_raw);
    }
  }
  operator T**() noexcept { return &m_raw; }  // NOLINT(google-explicit-constructor): this is its purpose

 private:
  Owner& m_owner;
  T* m_raw = nullptr;
};

template <class T, class Deleter>
[[nodiscard]] OutParameter<std::unique_ptr<T, Deleter>, T> out(std::unique_ptr<T, Deleter>& owner) {
  return OutParameter<std::unique_ptr<T, Deleter>, T>(owner);
}
template <class T, class Traits>
[[nodiscard]] OutParameter<Ref<T, Traits>, T> out(Ref<T, Traits>& owner) {
  return OutParameter<Ref<T, Traits>, T>(owner);
}

/// The message of an error that may be null.
[[nodiscard]] inline std::string message_of(const ErrorPtr& error) {
  return error ? std::string(error->message) : std::string("unknown error");
}

}  // namespace sangdam::base
