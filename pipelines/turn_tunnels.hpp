// TLS for TURN. libnice takes "turns:" but speaks plain TCP to it (it has TLS for none but Google's old
// dialect), which a firewall that wants TLS on port 443 does not let through. So webrtcbin is given a port on
// loopback instead, and what it sends there goes to the server through TLS.
//
//   TurnTunnels tunnels;
//   peer.build(tunnels.through(servers));       // "turns:host:443" became
//   "turn:127.0.0.1:41234?transport=tcp"
//
// The certificate must be for the server's name and from an authority of the system; otherwise nothing is
// sent and the journal says why. TLS itself hides nothing more from the server, and the credentials of TURN
// are good for minutes. Any program on this machine can use the port: it gets no further than the server
// without credentials of its own.
//
// What goes through is copied by a thread of its own, so that a busy screen delays no sound. Main thread.
#pragma once

#include <memory>
#include <vector>

#include "base/web_address.hpp"
#include "consultation/media.hpp"

namespace sangdam::pipelines {

/// Connections at the same time, of all peers: libnice makes two for each address of this machine and server.
inline constexpr int k_max_tunnelled = 128;

class TurnTunnels {
 public:
  TurnTunnels();
  /// Ends every connection.
  ~TurnTunnels();
  TurnTunnels(const TurnTunnels&) = delete;
  TurnTunnels& operator=(const TurnTunnels&) = delete;

  /// The same servers, those with TLS by way of their tunnel. A tunnel is opened when its server is first
  /// named, and stays. Those whose tunnel cannot be opened are left out.
  [[nodiscard]] std::vector<consultation::IceServer> through(
      const std::vector<consultation::IceServer>& servers);

 private:
  class Thread;
  class Tunnel;
  Tunnel* to(const base::IceAddress& server);

  std::unique_ptr<Thread> m_thread;  // runs once the first tunnel is there
  std::vector<std::unique_ptr<Tunnel>> m_tunnels;
};

}  // namespace sangdam::pipelines
