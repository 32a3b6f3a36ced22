// A TlsSession as a GIOStream, which is what libsoup serves HTTP and WebSockets on. Only the non-blocking,
// pollable interface works, as everything here lives on the main thread; a blocking call is refused.
#pragma once

#include <gio/gio.h>

#include <memory>

#include "base/handles.hpp"
#include "gateway/tls_session.hpp"

namespace sangdam::gateway {

/// `session` has finished its handshake. Closing the stream closes the session's socket.
[[nodiscard]] base::Ref<GIOStream> make_tls_stream(std::shared_ptr<TlsSession> session);

}  // namespace sangdam::gateway
