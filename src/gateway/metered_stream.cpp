#include "gateway/metered_stream.hpp"

namespace {

using sangdam::base::Ref;
using sangdam::gateway::StreamMeter;

// --- The input half ---

struct MeteredInput {
  GFilterInputStream parent;
  std::shared_ptr<StreamMeter>* meter;  // made and freed with the object: GObject runs no constructors
};
struct MeteredInputClass {
  GFilterInputStreamClass parent;
};

GType metered_input_get_type();
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): GObject's way
gpointer metered_input_parent_class = nullptr;

MeteredInput* metered_input(gpointer instance) { return reinterpret_cast<MeteredInput*>(instance); }
GInputStream* base_of(gpointer instance) {
  return g_filter_input_stream_get_base_stream(reinterpret_cast<GFilterInputStream*>(instance));
}

/// Whether this is the end, and not only of what is there just now.
bool is_end(gssize read, GError** error) {
  if (read >= 0) return read == 0;
  return error != nullptr && !g_error_matches(*error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

gssize account(gpointer instance, void* buffer, gsize size, gssize read, GError** error) {
  StreamMeter& meter = **metered_input(instance)->meter;
  if (size > 0 && is_end(read, error) && meter.ends_between_requests()) {
    // libsoup 3.2 forgets to close a connection that ends between two requests, and keeps it and its
    // descriptor for good; 3.3 mended it (d20c6601). After an empty line it answers to nobody, and closes. To
    // be deleted with Debian 12.
    g_clear_error(error);
    *static_cast<char*>(buffer) = '\n';
    return 1;
  }
  if (read <= 0) return read;
  const std::string_view bytes(static_cast<const char*>(buffer), static_cast<std::size_t>(read));
  if (meter.take(bytes)) return read;
  meter.cut();  // libsoup alone would wait some seconds for a polite end
  g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "the other end sends too much");
  return -1;
}

gssize metered_input_read(GInputStream* self, void* buffer, gsize count, GCancellable* cancellable,
                          GError** error) noexcept {
  return account(self, buffer, count, g_input_stream_read(base_of(self), buffer, count, cancellable, error),
                 error);
}

gssize metered_input_read_nonblocking(GPollableInputStream* self, void* buffer, gsize count,
                                      GError** error) noexcept {
  return account(self, buffer, count,
                 g_pollable_input_stream_read_nonblocking(G_POLLABLE_INPUT_STREAM(base_of(self)), buffer,
                                                          count, nullptr, error),
                 error);
}

void metered_input_finalize(GObject* object) noexcept {
  delete metered_input(object)->meter;
  G_OBJECT_CLASS(metered_input_parent_class)->finalize(object);
}

void metered_input_pollable_init(gpointer iface, gpointer) noexcept {
  auto* pollable = static_cast<GPollableInputStreamInterface*>(iface);
  pollable->can_poll = [](GPollableInputStream* self) noexcept -> gboolean {
    GInputStream* base = base_of(self);
    return G_IS_POLLABLE_INPUT_STREAM(base) &&
           g_pollable_input_stream_can_poll(G_POLLABLE_INPUT_STREAM(base));
  };
  pollable->is_readable = [](GPollableInputStream* self) noexcept -> gboolean {
    return g_pollable_input_stream_is_readable(G_POLLABLE_INPUT_STREAM(base_of(self)));
  };
  pollable->create_source = [](GPollableInputStream* self, GCancellable* cancellable) noexcept -> GSource* {
    GSource* child =
        g_pollable_input_stream_create_source(G_POLLABLE_INPUT_STREAM(base_of(self)), cancellable);
    GSource* source = g_pollable_source_new_full(self, child, cancellable);
    g_source_unref(child);
    return source;
  };
  pollable->read_nonblocking = metered_input_read_nonblocking;
}

void metered_input_class_init(gpointer klass, gpointer) noexcept {
  metered_input_parent_class = g_type_class_peek_parent(klass);
  G_INPUT_STREAM_CLASS(klass)->read_fn = metered_input_read;
  G_OBJECT_CLASS(klass)->finalize = metered_input_finalize;
}

GType metered_input_get_type() {
  static const GType k_type = [] {
    const GType type = g_type_register_static_simple(
        G_TYPE_FILTER_INPUT_STREAM, "SangdamMeteredInput", sizeof(MeteredInputClass),
        [](gpointer klass, gpointer data) { metered_input_class_init(klass, data); }, sizeof(MeteredInput),
        nullptr, GTypeFlags(0));
    static const GInterfaceInfo k_pollable{metered_input_pollable_init, nullptr, nullptr};
    g_type_add_interface_static(type, G_TYPE_POLLABLE_INPUT_STREAM, &k_pollable);
    return type;
  }();
  return k_type;
}

// --- The stream ---

struct MeteredStream {
  GIOStream parent;
  GIOStream* base;      // owned
  GInputStream* input;  // owned
};
struct MeteredStreamClass {
  GIOStreamClass parent;
};

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): GObject's way
gpointer metered_stream_parent_class = nullptr;

MeteredStream* metered_stream(gpointer instance) { return static_cast<MeteredStream*>(instance); }

void metered_stream_finalize(GObject* object) noexcept {
  g_clear_object(&metered_stream(object)->input);  // NOLINT(bugprone-sizeof-expression): inside the macro
  g_clear_object(&metered_stream(object)->base);   // NOLINT(bugprone-sizeof-expression): inside the macro
  G_OBJECT_CLASS(metered_stream_parent_class)->finalize(object);
}

void metered_stream_close_async(GIOStream* self, int priority, GCancellable* cancellable,
                                GAsyncReadyCallback callback, gpointer data) noexcept {
  GTask* task = g_task_new(self, cancellable, callback, data);
  g_io_stream_close_async(
      metered_stream(self)->base, priority, cancellable,
      [](GObject* base, GAsyncResult* result, gpointer boxed_task) {
        const auto held = Ref<GTask>::adopt(static_cast<GTask*>(boxed_task));
        GError* error = nullptr;
        if (g_io_stream_close_finish(G_IO_STREAM(base), result, &error)) {
          g_task_return_boolean(held.get(), TRUE);
        } else {
          g_task_return_error(held.get(), error);  // takes the error over
        }
      },
      task);
}

void metered_stream_class_init(gpointer klass, gpointer) noexcept {
  metered_stream_parent_class = g_type_class_peek_parent(klass);
  G_OBJECT_CLASS(klass)->finalize = metered_stream_finalize;
  auto* stream = G_IO_STREAM_CLASS(klass);
  stream->get_input_stream = [](GIOStream* self) noexcept { return metered_stream(self)->input; };
  stream->get_output_stream = [](GIOStream* self) noexcept {
    return g_io_stream_get_output_stream(metered_stream(self)->base);
  };
  stream->close_fn = [](GIOStream* self, GCancellable* cancellable, GError** error) noexcept -> gboolean {
    return g_io_stream_close(metered_stream(self)->base, cancellable, error);
  };
  stream->close_async = metered_stream_close_async;
  stream->close_finish = [](GIOStream*, GAsyncResult* result, GError** error) noexcept -> gboolean {
    return g_task_propagate_boolean(G_TASK(result), error);
  };
}

GType metered_stream_get_type() {
  static const GType k_type = g_type_register_static_simple(
      G_TYPE_IO_STREAM, "SangdamMeteredStream", sizeof(MeteredStreamClass),
      [](gpointer klass, gpointer data) { metered_stream_class_init(klass, data); }, sizeof(MeteredStream),
      nullptr, GTypeFlags(0));
  return k_type;
}

}  // namespace

namespace sangdam::gateway {

bool StreamMeter::take(std::string_view bytes) {
  m_unfinished += bytes.size();
  if (m_unfinished > m_max_unfinished ||
      !m_bucket.take(m_clock.moment(), static_cast<double>(bytes.size()))) {
    return false;
  }
  if (!m_upgraded) {
    watch_head(bytes);
    return true;
  }
  for (std::size_t frames = m_counter.feed(bytes); frames > 0; --frames) {
    if (!take_frame()) return false;
  }
  return true;
}

bool StreamMeter::take_message() { return take_frame(); }

bool StreamMeter::take_frame() {
  const base::Moment now = m_clock.moment();
  return m_frames.take(now) || (m_common && m_common->take(now));
}

void StreamMeter::upgraded(Allowance allowance) {
  allow(std::move(allowance));
  m_unfinished = 0;
  m_upgraded = true;
}

void StreamMeter::allow(Allowance allowance) {
  m_bucket = base::TokenBucket(allowance.bytes);
  m_raw = base::TokenBucket(raw_rate(allowance.bytes));
  m_frames = base::TokenBucket(allowance.frames);
  m_common = std::move(allowance.common);
}

void StreamMeter::watch_head(std::string_view bytes) {
  // An empty line ends a head; libsoup takes a bare line feed for the end of a line too.
  m_head_complete = false;
  for (const char c : bytes) {
    if (m_head_complete) m_pipelined = true;
    if (c == '\r') continue;
    if (c == '\n' && m_line_empty) m_head_complete = true;
    m_line_empty = c == '\n';
  }
}

base::Ref<GIOStream> make_metered_stream(GIOStream* base, std::shared_ptr<StreamMeter> meter) {
  auto stream = base::Ref<GIOStream>::adopt(G_IO_STREAM(g_object_new(metered_stream_get_type(), nullptr)));
  auto* self = metered_stream(stream.get());
  self->base = G_IO_STREAM(g_object_ref(base));
  self->input =
      G_INPUT_STREAM(g_object_new(metered_input_get_type(), "base-stream", g_io_stream_get_input_stream(base),
                                  "close-base-stream", FALSE, nullptr));
  metered_input(self->input)->meter = new std::shared_ptr<StreamMeter>(std::move(meter));
  return stream;
}

}  // namespace sangdam::gateway
