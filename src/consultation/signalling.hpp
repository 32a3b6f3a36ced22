// The seam to the gateway connection (kiosk/gateway_link implements it over WebSocket). Main thread.
//
// Messages for a session whose gateway connection is down are dropped: on reconnection the link asks every
// open encounter to publish itself again, and the encounter says what still matters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "consultation/record.hpp"

namespace sangdam::consultation {

/// What the patient's page is told of the visit's state; the page finds its own words.
enum class Notice : std::uint8_t { getting_ready, waiting, admitted, declined, ended, refused };
[[nodiscard]] std::string_view name_of(Notice notice) noexcept;

class Signalling {
 public:
  virtual ~Signalling() = default;
  /// Makes the record's code (and seat, if it has one) good at the gateway. Repeating it is harmless.
  virtual void publish(const ConsultationRecord& record) = 0;
  /// The code is good no more; whoever is connected is told the outcome and let go.
  /// `ending` is name_of() an outcome, or "expired".
  virtual void withdraw(const std::string& consultation, std::string_view ending) = 0;
  enum class Give : std::uint8_t { always, if_away };
  /// The seat has the place now; any other of this consultation is void, and its page is told. With `if_away`
  /// the one that had it keeps it if it is back meanwhile, and is introduced again. Repeating it is harmless.
  virtual void give_seat(const std::string& consultation, const std::string& seat, Give give) = 0;
  /// The newcomer's seat is void, and its page is told: staff declined, or it waited too long. Not lost when
  /// the gateway is away.
  enum class Void : std::uint8_t { declined, lapsed };
  virtual void void_seat(const std::string& consultation, const std::string& seat, Void why) = 0;
  virtual void tell(const std::string& consultation, const std::string& seat, Notice notice) = 0;
  virtual void send_offer(const std::string& consultation, const std::string& seat, unsigned peer,
                          const std::string& sdp) = 0;
  virtual void send_candidate(const std::string& consultation, const std::string& seat, unsigned peer,
                              unsigned mline_index, const std::string& candidate) = 0;
};

}  // namespace sangdam::consultation
