#include "kiosk/channel_codec.hpp"

#include "protocol/messages.hpp"

namespace sangdam::kiosk {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

consultation::Quality quality_named(std::string_view level) {
  for (const auto quality :
       {consultation::Quality::good, consultation::Quality::fair, consultation::Quality::poor}) {
    if (name_of(quality) == level) return quality;
  }
  return consultation::Quality::unknown;
}

consultation::MediaLevel level_named(std::string_view name) {
  using enum consultation::MediaLevel;
  for (const auto level : {video, stills, voice, text}) {
    if (name_of(level) == name) return level;
  }
  return video;
}

std::optional<consultation::ChannelLine> unknown(const base::Failure& failure) {
  if (failure.code != protocol::k_unknown_type) return std::nullopt;
  return consultation::UnknownLine{failure.message};
}

}  // namespace

std::string WireChannelCodec::encode(const consultation::ChannelLine& line) const {
  return std::visit(
      Overloaded{
          [](const consultation::ChatText& text) {
            return protocol::encode(protocol::ChatLine(protocol::ChatText{text.id, text.text}));
          },
          [](const consultation::ChatReceived& received) {
            return protocol::encode(protocol::ChatLine(protocol::ChatReceived{received.id}));
          },
          [](const consultation::ChatRefused& refused) {
            return protocol::encode(protocol::ChatLine(protocol::ChatRefused{refused.id, refused.reason}));
          },
          [](const consultation::Hello&) {
            return protocol::encode(protocol::ControlLine(protocol::Hello{protocol::own_features()}));
          },
          [](const consultation::Ended& ended) {
            return protocol::encode(protocol::ControlLine(protocol::Ended{ended.outcome}));
          },
          [](const consultation::UnknownLine&) { return std::string(); },  // only ever read
          [](const consultation::MediaState& media) {
            return protocol::encode(
                protocol::ControlLine(protocol::MediaState{media.microphone, media.camera}));
          },
          [](const consultation::ViewReport&) { return std::string(); },  // the page's to say
          [](const consultation::LevelReport& report) {
            return protocol::encode(
                protocol::ControlLine(protocol::MediaLevel{std::string(name_of(report.level))}));
          },
          [](const consultation::QualityReport& report) {
            return protocol::encode(
                protocol::ControlLine(protocol::QualityLevel{std::string(name_of(report.quality))}));
          },
      },
      line);
}

std::optional<consultation::ChannelLine> WireChannelCodec::decode(consultation::Channel channel,
                                                                  std::string_view text) const {
  using Line = consultation::ChannelLine;
  switch (channel) {
    case consultation::Channel::chat: {
      const auto line = protocol::decode_chat(text);
      if (!line) return unknown(line.error());
      return std::visit(Overloaded{
                            [](const protocol::ChatText& chat) {
                              return Line(consultation::ChatText{chat.id, chat.text});
                            },
                            [](const protocol::ChatReceived& received) {
                              return Line(consultation::ChatReceived{received.id});
                            },
                            [](const protocol::ChatRefused& refused) {
                              return Line(consultation::ChatRefused{refused.id, refused.reason});
                            },
                        },
                        *line);
    }
    case consultation::Channel::control: {
      const auto line = protocol::decode_control(text);
      if (!line) return unknown(line.error());
      return std::visit(
          Overloaded{
              [](const protocol::Hello& hello) {
                return Line(
                    consultation::Hello{protocol::has_feature(hello.features, protocol::k_ignore_unknown),
                                        protocol::has_feature(hello.features, protocol::k_chat_refused),
                                        protocol::has_feature(hello.features, protocol::k_ended_line),
                                        protocol::has_feature(hello.features, protocol::k_media_level_line)});
              },
              [](const protocol::Ended& ended) { return Line(consultation::Ended{ended.outcome}); },
              [](const protocol::MediaState& media) {
                return Line(consultation::MediaState{media.microphone, media.camera});
              },
              [](const protocol::ViewSize& view) {
                return Line(
                    consultation::ViewReport{{static_cast<int>(view.width), static_cast<int>(view.height)}});
              },
              [](const protocol::MediaLevel& report) {
                return Line(consultation::LevelReport{level_named(report.level)});
              },
              [](const protocol::QualityLevel& report) {
                return Line(consultation::QualityReport{quality_named(report.level)});
              },
          },
          *line);
    }
  }
  return std::nullopt;
}

}  // namespace sangdam::kiosk
