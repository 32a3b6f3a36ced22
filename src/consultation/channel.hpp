// What the two sides say to each other on the data channels, and the seam to its wire form (protocol/ has
// it).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/video_frame.hpp"
#include "consultation/media.hpp"
#include "consultation/quality.hpp"

namespace sangdam::consultation {

struct ChatText {
  std::string id;    // 32 hex characters, made by the sender
  std::string text;  // clean, but it may be one to refuse: see text_refusal()
};
/// The other side does not show that text, whatever is done.
struct ChatRefused {
  std::string id;
  std::string reason;
};
/// The other side has it on its screen.
struct ChatReceived {
  std::string id;
};
/// What the sender is sending just now.
struct MediaState {
  bool microphone = true;
  bool camera = true;
  friend bool operator==(const MediaState&, const MediaState&) = default;
};
/// How the sender receives the other.
struct QualityReport {
  Quality quality = Quality::unknown;
};

/// The largest picture that is of use to the sender: what its screen shows, or its machine decodes in time.
struct ViewReport {
  base::PictureSize size;
};

/// What the sender sends of picture and sound, where that is less than all of it or was.
struct LevelReport {
  MediaLevel level = MediaLevel::video;
};

/// The first line on the control channel, both ways.
struct Hello {
  bool ignores_unknown = false;  // lines of a type not known there
  bool reads_refusals = false;   // ChatRefused
  bool reads_ended = false;      // Ended
  bool reads_levels = false;     // LevelReport
};
/// The kiosk's last line: the visit is over for this browser. `outcome` is name_of() an outcome, or "moved":
/// another browser has the place.
struct Ended {
  std::string outcome;
};
/// A line of a type not known here; a newer partner's, if it is not nonsense.
struct UnknownLine {
  std::string problem;  // for the developers' log; quotes nothing but a type
};

using ChannelLine = std::variant<ChatText, ChatReceived, ChatRefused, Hello, MediaState, QualityReport,
                                 ViewReport, LevelReport, Ended, UnknownLine>;

class ChannelCodec {
 public:
  virtual ~ChannelCodec() = default;
  [[nodiscard]] virtual std::string encode(const ChannelLine& line) const = 0;
  /// Nothing if the text is malformed or does not belong on that channel.
  [[nodiscard]] virtual std::optional<ChannelLine> decode(Channel channel, std::string_view text) const = 0;
};

}  // namespace sangdam::consultation
