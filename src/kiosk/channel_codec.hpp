// The domain's data-channel lines in the wire form of docs/protocol.md.
#pragma once

#include "consultation/channel.hpp"

namespace sangdam::kiosk {

class WireChannelCodec final : public consultation::ChannelCodec {
 public:
  [[nodiscard]] std::string encode(const consultation::ChannelLine& line) const override;
  [[nodiscard]] std::optional<consultation::ChannelLine> decode(consultation::Channel channel,
                                                                std::string_view text) const override;
};

}  // namespace sangdam::kiosk
