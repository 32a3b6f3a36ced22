// What Opus gets of a line: 24 kbit/s, where speech is good, to 64 kbit/s, where nothing is left to hear.
//
// A thin line keeps 8 kbit/s of the usual 32 for the picture; one that has the room for both sounds like it.
// Plain state; not thread-safe.
#pragma once

namespace sangdam::pipelines {

class SpeechRate {
 public:
  /// `picture_kbps`: what the picture gets on this line. Returns the rate for speech in bit/s. It changes
  /// only when the line has changed for certain: each change is a small click for some decoders.
  int on_picture_rate(double picture_kbps);
  [[nodiscard]] int bits_per_second() const { return m_bits_per_second; }

 private:
  int m_bits_per_second = 32000;
};

}  // namespace sangdam::pipelines
