// The lines of the two data channels between the peers.
#include <nlohmann/json.hpp>

#include "protocol/bodies.hpp"
#include "protocol/messages.hpp"
#include "protocol/reader.hpp"
#include "protocol/writer.hpp"

namespace sangdam::protocol {
namespace {

using detail::Reader;
using nlohmann::json;

constexpr std::size_t k_chat_id_hex = 32;

}  // namespace

base::Result<ChatLine> decode_chat(std::string_view text) {
  if (text.size() > k_max_channel_bytes) return base::failure("too-large", "the line is too large");
  const auto line = detail::parse_object(detail::without_lone_surrogates(text), k_max_channel_bytes);
  if (!line) return tl::unexpected<base::Failure>(line.error());
  const auto type = detail::type_of(*line);
  if (!type) return tl::unexpected<base::Failure>(type.error());
  if (*type == "text") {
    Reader in(*line, "text");
    return in.result<ChatLine>(ChatText{.id = in.hex("id", k_chat_id_hex), .text = in.lines("text")});
  }
  if (*type == "refused") {
    Reader in(*line, "refused");
    return in.result<ChatLine>(
        ChatRefused{.id = in.hex("id", k_chat_id_hex), .reason = in.token("reason", 1, k_max_feature_bytes)});
  }
  if (*type == "received") {
    Reader in(*line, "received");
    return in.result<ChatLine>(ChatReceived{.id = in.hex("id", k_chat_id_hex)});
  }
  return tl::unexpected<base::Failure>(detail::unexpected_type(*type));
}

base::Result<ControlLine> decode_control(std::string_view text) {
  const auto line = detail::parse_object(text, k_max_channel_bytes);
  if (!line) return tl::unexpected<base::Failure>(line.error());
  const auto type = detail::type_of(*line);
  if (!type) return tl::unexpected<base::Failure>(type.error());
  if (*type == "hello") {
    Reader in(*line, "hello");
    return in.result<ControlLine>(Hello{in.features("features")});
  }
  if (*type == "media") {
    Reader in(*line, "media");
    return in.result<ControlLine>(
        MediaState{.microphone = in.boolean("microphone"), .camera = in.boolean("camera")});
  }
  if (*type == "quality") {
    Reader in(*line, "quality");
    return in.result<ControlLine>(QualityLevel{.level = in.word("level", {"good", "fair", "poor"})});
  }
  if (*type == "view") {
    Reader in(*line, "view");
    return in.result<ControlLine>(
        ViewSize{.width = in.number("width", k_min_view_pixels, k_max_view_pixels),
                 .height = in.number("height", k_min_view_pixels, k_max_view_pixels)});
  }
  if (*type == "media-level") {
    Reader in(*line, "media-level");
    return in.result<ControlLine>(
        MediaLevel{.level = in.word("level", {"video", "stills", "voice", "text"})});
  }
  if (*type == "ended") {
    Reader in(*line, "ended");
    return in.result<ControlLine>(Ended{.outcome = in.word("outcome", detail::k_endings, true)});
  }
  return tl::unexpected<base::Failure>(detail::unexpected_type(*type));
}

std::string encode(const ChatLine& line) {
  return detail::write(
      std::visit(detail::Overloaded{[](const ChatText& each) -> json {
                                      return {{"type", "text"}, {"id", each.id}, {"text", each.text}};
                                    },
                                    [](const ChatReceived& each) -> json {
                                      return {{"type", "received"}, {"id", each.id}};
                                    },
                                    [](const ChatRefused& each) -> json {
                                      return {{"type", "refused"}, {"id", each.id}, {"reason", each.reason}};
                                    }},
                 line));
}

std::string encode(const ControlLine& line) {
  return detail::write(
      std::visit(detail::Overloaded{
                     [](const Hello& each) -> json {
                       return {{"type", "hello"}, {"features", each.features}};
                     },
                     [](const MediaState& each) -> json {
                       return {{"type", "media"}, {"microphone", each.microphone}, {"camera", each.camera}};
                     },
                     [](const QualityLevel& each) -> json {
                       return {{"type", "quality"}, {"level", each.level}};
                     },
                     [](const ViewSize& each) -> json {
                       return {{"type", "view"}, {"width", each.width}, {"height", each.height}};
                     },
                     [](const MediaLevel& each) -> json {
                       return {{"type", "media-level"}, {"level", each.level}};
                     },
                     [](const Ended& each) {
                       json message{{"type", "ended"}};
                       if (!each.outcome.empty()) message["outcome"] = each.outcome;
                       return message;
                     }},
                 line));
}

}  // namespace sangdam::protocol
