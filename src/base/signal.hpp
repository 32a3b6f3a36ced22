// A GObject signal connection that ends with its owner.
//
// Make it a member declared after everything its handler uses: members are destroyed in reverse order, so the
// handler is gone before what it touches. Holds only a weak reference to the emitter.
// Threads: destroy it on the thread that emits, or when the emitter is stopped.
#pragma once

#include <glib-object.h>

#include <utility>

namespace sangdam::base {

class SignalConnection {
 public:
  SignalConnection() noexcept { g_weak_ref_init(&m_instance, nullptr); }
  /// `callback` must be a noexcept function or captureless lambda of the signal's C signature.
  SignalConnection(gpointer instance, const char* signal, GCallback callback, gpointer data)
      : m_id(g_signal_connect(instance, signal, callback, data)) {
    g_weak_ref_init(&m_instance, instance);
  }
  /// Takes over a handler that is connected already (g_signal_connect_data with its own flags).
  SignalConnection(gpointer instance, gulong handler) : m_id(handler) {
    g_weak_ref_init(&m_instance, instance);
  }
  SignalConnection(const SignalConnection&) = delete;
  SignalConnection& operator=(const SignalConnection&) = delete;
  SignalConnection(SignalConnection&& other) noexcept : SignalConnection() { *this = std::move(other); }
  SignalConnection& operator=(SignalConnection&& other) noexcept {
    if (this == &other) return *this;
    disconnect();
    gpointer instance = g_weak_ref_get(&other.m_instance);
    g_weak_ref_set(&m_instance, instance);
    g_weak_ref_set(&other.m_instance, nullptr);
    if (instance) g_object_unref(instance);
    m_id = std::exchange(other.m_id, 0);
    return *this;
  }
  ~SignalConnection() {
    disconnect();
    g_weak_ref_clear(&m_instance);
  }

  void disconnect() noexcept {
    if (m_id == 0) return;
    if (gpointer instance = g_weak_ref_get(&m_instance)) {
      if (g_signal_handler_is_connected(instance, m_id)) g_signal_handler_disconnect(instance, m_id);
      g_object_unref(instance);
    }
    m_id = 0;
  }
  [[nodiscard]] bool connected() const noexcept { return m_id != 0; }

 private:
  GWeakRef m_instance{};
  gulong m_id = 0;
};

}  // namespace sangdam::base
