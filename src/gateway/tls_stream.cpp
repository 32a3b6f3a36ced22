#include "gateway/tls_stream.hpp"

namespace {

using sangdam::gateway::TlsSession;
using Session = std::shared_ptr<TlsSession>;

// GObject runs no constructors: each object owns a heap-allocated Session, freed in its finalize.
struct TlsInput {
  GInputStream parent;
  Session* session;
};
struct TlsOutput {
  GOutputStream parent;
  Session* session;
};
struct TlsStream {
  GIOStream parent;
  Session* session;
  GInputStream* input;    // owned
  GOutputStream* output;  // owned
};
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): GObject's way
gpointer tls_input_parent_class = nullptr;
gpointer tls_output_parent_class = nullptr;
gpointer tls_stream_parent_class = nullptr;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

TlsSession& input_session(gpointer self) { return **static_cast<TlsInput*>(self)->session; }
TlsSession& output_session(gpointer self) { return **static_cast<TlsOutput*>(self)->session; }

void refuse_blocking(GError** error) {
  g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "this stream never blocks");
}

// --- Reading ---

/// Ready when decrypted bytes wait, which the socket does not know of, or when the socket is readable (a
/// child source).
struct ReadSource {
  GSource parent;
  TlsInput* stream;  // owned
};

gboolean has_pending(GSource* source) noexcept {
  return input_session(reinterpret_cast<ReadSource*>(source)->stream).has_pending() ? TRUE : FALSE;
}

gboolean dispatch_read(GSource* source, GSourceFunc callback, gpointer data) noexcept {
  const auto function = reinterpret_cast<GPollableSourceFunc>(reinterpret_cast<void (*)()>(callback));
  return function(reinterpret_cast<GObject*>(reinterpret_cast<ReadSource*>(source)->stream), data);
}

/// For g_source_set_closure(), which GIO uses when it makes this source the child of another.
gboolean call_closure(GObject* stream, gpointer closure) noexcept {
  GValue argument = G_VALUE_INIT;
  GValue result = G_VALUE_INIT;
  g_value_init(&argument, G_TYPE_OBJECT);
  g_value_set_object(&argument, stream);
  g_value_init(&result, G_TYPE_BOOLEAN);
  g_closure_invoke(static_cast<GClosure*>(closure), &result, 1, &argument, nullptr);
  const gboolean keep = g_value_get_boolean(&result);
  g_value_unset(&argument);
  g_value_unset(&result);
  return keep;
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): GLib takes a pointer to non-const
GSourceFuncs read_source_functions{
    [](GSource* source, gint* timeout) noexcept -> gboolean {
      *timeout = -1;
      return has_pending(source);
    },
    has_pending,
    dispatch_read,
    [](GSource* source) noexcept { g_object_unref(reinterpret_cast<ReadSource*>(source)->stream); },
    reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(call_closure)),
    nullptr};

void add_child(GSource* source, GSource* child) {
  g_source_set_dummy_callback(child);
  g_source_add_child_source(source, child);
  g_source_unref(child);
}

GSource* create_read_source(GPollableInputStream* self, GCancellable* cancellable) noexcept {
  GSource* source = g_source_new(&read_source_functions, sizeof(ReadSource));
  reinterpret_cast<ReadSource*>(source)->stream = reinterpret_cast<TlsInput*>(g_object_ref(self));
  add_child(source, g_socket_create_source(input_session(self).socket(), G_IO_IN, nullptr));
  if (cancellable != nullptr) add_child(source, g_cancellable_source_new(cancellable));
  return source;
}

void tls_input_finalize(GObject* object) noexcept {
  delete reinterpret_cast<TlsInput*>(object)->session;
  G_OBJECT_CLASS(tls_input_parent_class)->finalize(object);
}

void tls_input_class_init(gpointer klass, gpointer) noexcept {
  tls_input_parent_class = g_type_class_peek_parent(klass);
  G_OBJECT_CLASS(klass)->finalize = tls_input_finalize;
  G_INPUT_STREAM_CLASS(klass)->read_fn = [](GInputStream*, void*, gsize, GCancellable*,
                                            GError** error) noexcept -> gssize {
    refuse_blocking(error);
    return -1;
  };
}

void tls_input_pollable_init(gpointer iface, gpointer) noexcept {
  auto* pollable = static_cast<GPollableInputStreamInterface*>(iface);
  pollable->is_readable = [](GPollableInputStream* self) noexcept -> gboolean {
    TlsSession& session = input_session(self);
    return session.has_pending() || g_socket_condition_check(session.socket(), G_IO_IN) != 0 ? TRUE : FALSE;
  };
  pollable->create_source = create_read_source;
  pollable->read_nonblocking = [](GPollableInputStream* self, void* buffer, gsize size,
                                  GError** error) noexcept -> gssize {
    return input_session(self).read(buffer, size, error);
  };
}

GType tls_input_get_type() {
  static const GType k_type = [] {
    const GType type =
        g_type_register_static_simple(G_TYPE_INPUT_STREAM, "SangdamTlsInput", sizeof(GInputStreamClass),
                                      tls_input_class_init, sizeof(TlsInput), nullptr, GTypeFlags(0));
    static const GInterfaceInfo k_pollable{tls_input_pollable_init, nullptr, nullptr};
    g_type_add_interface_static(type, G_TYPE_POLLABLE_INPUT_STREAM, &k_pollable);
    return type;
  }();
  return k_type;
}

// --- Writing ---

void tls_output_finalize(GObject* object) noexcept {
  delete reinterpret_cast<TlsOutput*>(object)->session;
  G_OBJECT_CLASS(tls_output_parent_class)->finalize(object);
}

void tls_output_class_init(gpointer klass, gpointer) noexcept {
  tls_output_parent_class = g_type_class_peek_parent(klass);
  G_OBJECT_CLASS(klass)->finalize = tls_output_finalize;
  G_OUTPUT_STREAM_CLASS(klass)->write_fn = [](GOutputStream*, const void*, gsize, GCancellable*,
                                              GError** error) noexcept -> gssize {
    refuse_blocking(error);
    return -1;
  };
}

void tls_output_pollable_init(gpointer iface, gpointer) noexcept {
  auto* pollable = static_cast<GPollableOutputStreamInterface*>(iface);
  pollable->is_writable = [](GPollableOutputStream* self) noexcept -> gboolean {
    return g_socket_condition_check(output_session(self).socket(), G_IO_OUT) != 0 ? TRUE : FALSE;
  };
  pollable->create_source = [](GPollableOutputStream* self, GCancellable* cancellable) noexcept -> GSource* {
    GSource* child = g_socket_create_source(output_session(self).socket(), G_IO_OUT, nullptr);
    GSource* source = g_pollable_source_new_full(self, child, cancellable);
    g_source_unref(child);
    return source;
  };
  pollable->write_nonblocking = [](GPollableOutputStream* self, const void* data, gsize size,
                                   GError** error) noexcept -> gssize {
    return output_session(self).write(data, size, error);
  };
}

GType tls_output_get_type() {
  static const GType k_type = [] {
    const GType type =
        g_type_register_static_simple(G_TYPE_OUTPUT_STREAM, "SangdamTlsOutput", sizeof(GOutputStreamClass),
                                      tls_output_class_init, sizeof(TlsOutput), nullptr, GTypeFlags(0));
    static const GInterfaceInfo k_pollable{tls_output_pollable_init, nullptr, nullptr};
    g_type_add_interface_static(type, G_TYPE_POLLABLE_OUTPUT_STREAM, &k_pollable);
    return type;
  }();
  return k_type;
}

// --- The stream ---

TlsStream* tls_stream(gpointer self) { return static_cast<TlsStream*>(self); }

void tls_stream_finalize(GObject* object) noexcept {
  TlsStream* self = tls_stream(object);
  g_clear_object(&self->input);   // NOLINT(bugprone-sizeof-expression): inside the macro
  g_clear_object(&self->output);  // NOLINT(bugprone-sizeof-expression): inside the macro
  delete self->session;
  G_OBJECT_CLASS(tls_stream_parent_class)->finalize(object);
}

void tls_stream_class_init(gpointer klass, gpointer) noexcept {
  tls_stream_parent_class = g_type_class_peek_parent(klass);
  G_OBJECT_CLASS(klass)->finalize = tls_stream_finalize;
  auto* stream = G_IO_STREAM_CLASS(klass);
  stream->get_input_stream = [](GIOStream* self) noexcept { return tls_stream(self)->input; };
  stream->get_output_stream = [](GIOStream* self) noexcept { return tls_stream(self)->output; };
  stream->close_fn = [](GIOStream* self, GCancellable*, GError**) noexcept -> gboolean {
    (*tls_stream(self)->session)->close();
    return TRUE;
  };
  // GIO's default closes on a pool thread; closing here waits for nothing.
  stream->close_async = [](GIOStream* self, int, GCancellable* cancellable, GAsyncReadyCallback callback,
                           gpointer data) noexcept {
    (*tls_stream(self)->session)->close();
    const auto task = sangdam::base::Ref<GTask>::adopt(g_task_new(self, cancellable, callback, data));
    g_task_return_boolean(task.get(), TRUE);
  };
  stream->close_finish = [](GIOStream*, GAsyncResult* result, GError** error) noexcept -> gboolean {
    return g_task_propagate_boolean(G_TASK(result), error);
  };
}

GType tls_stream_get_type() {
  static const GType k_type =
      g_type_register_static_simple(G_TYPE_IO_STREAM, "SangdamTlsStream", sizeof(GIOStreamClass),
                                    tls_stream_class_init, sizeof(TlsStream), nullptr, GTypeFlags(0));
  return k_type;
}

}  // namespace

namespace sangdam::gateway {

base::Ref<GIOStream> make_tls_stream(std::shared_ptr<TlsSession> session) {
  auto stream = base::Ref<GIOStream>::adopt(G_IO_STREAM(g_object_new(tls_stream_get_type(), nullptr)));
  TlsStream* self = tls_stream(stream.get());
  self->input = G_INPUT_STREAM(g_object_new(tls_input_get_type(), nullptr));
  self->output = G_OUTPUT_STREAM(g_object_new(tls_output_get_type(), nullptr));
  reinterpret_cast<TlsInput*>(self->input)->session = new Session(session);
  reinterpret_cast<TlsOutput*>(self->output)->session = new Session(session);
  self->session = new Session(std::move(session));
  return stream;
}

}  // namespace sangdam::gateway
