#include "pipelines/error_correction.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipelines/video_formats.hpp"

namespace sangdam::pipelines {
namespace {

constexpr std::size_t k_rtp_header = 12;
constexpr std::size_t k_repair_header = 10;
constexpr unsigned k_mask_bits = 48;
constexpr std::uint8_t k_not_version = 0x3f;  // of the first byte
constexpr std::uint8_t k_type = 0x7f;         // of the second

std::uint16_t u16(Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

void put_u16(Packet& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8U);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

/// Where the payload begins; nothing if the packet is too short for its header.
std::optional<std::size_t> payload_of(Bytes packet) {
  if (packet.size() < k_rtp_header || packet[0] >> 6U != 2) return std::nullopt;
  std::size_t at = k_rtp_header + std::size_t{4} * (packet[0] & 0x0fU);
  if ((packet[0] & 0x10U) != 0) {
    if (packet.size() < at + 4) return std::nullopt;
    at += 4 + std::size_t{4} * u16(packet, at + 2);
  }
  if (packet.size() < at) return std::nullopt;
  return at;
}

unsigned type_of(Bytes packet) { return packet[1] & k_type; }

/// What a packet's payload descriptor says of its place (RFC 7741, RFC 9628).
struct Place {
  unsigned picture = 0;
  unsigned most = 0;  // the number after this one is 0
  bool is_first = false;
};
std::optional<Place> place_of(Bytes packet) {
  const auto format = video_format(type_of(packet));
  auto at = payload_of(packet);
  if (!format || !at || *at >= packet.size()) return std::nullopt;
  const std::uint8_t descriptor = packet[(*at)++];
  Place place;
  bool has_number = false;
  switch (format->codec) {
    case VideoCodec::vp8: {
      place.is_first = (descriptor & 0x17U) == 0x10;  // start of partition 0
      if ((descriptor & 0x80U) == 0 || *at >= packet.size()) return std::nullopt;
      has_number = (packet[(*at)++] & 0x80U) != 0;
      break;
    }
    case VideoCodec::vp9:
      place.is_first = (descriptor & 0x08U) != 0;
      has_number = (descriptor & 0x80U) != 0;
      break;
    case VideoCodec::h264: break;
  }
  if (!has_number || *at >= packet.size()) return std::nullopt;
  const std::uint8_t first = packet[*at];
  place.picture = first & 0x7fU;
  place.most = 0x7f;
  if ((first & 0x80U) != 0) {
    if (*at + 1 >= packet.size()) return std::nullopt;
    place.picture = place.picture << 8U | packet[*at + 1];
    place.most = 0x7fff;
  }
  return place;
}

/// Whether one packet ends a picture and the other one begins the next.
bool are_neighbours(Bytes before, Bytes after) {
  if ((before[1] & 0x80U) == 0) return false;  // no marker
  const auto last = place_of(before);
  const auto first = place_of(after);
  return last && first && first->is_first && last->most == first->most &&
         first->picture == ((last->picture + 1) & last->most);
}

/// How far `b` is behind `a` in the sequence.
int distance(std::uint16_t a, std::uint16_t b) { return static_cast<std::int16_t>(b - a); }

}  // namespace

std::optional<Packet> unwrap_red(Bytes packet) {
  const auto at = payload_of(packet);
  if (!at || *at >= packet.size()) return std::nullopt;
  const std::uint8_t block = packet[*at];
  if ((block & 0x80U) != 0) return std::nullopt;  // more blocks follow
  Packet inner;
  inner.reserve(packet.size() - 1);
  inner.insert(inner.end(), packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(*at));
  inner.insert(inner.end(), packet.begin() + static_cast<std::ptrdiff_t>(*at) + 1, packet.end());
  inner[1] = static_cast<std::uint8_t>((inner[1] & 0x80U) | block);
  return inner;
}

void PictureRepair::remember(Bytes packet) {
  const std::uint16_t sequence = u16(packet, 2);
  m_packets[sequence % k_remembered].assign(packet.begin(), packet.end());
  if (!std::exchange(m_has_any, true) || distance(m_newest, sequence) > 0) m_newest = sequence;
}

const Packet* PictureRepair::find(std::uint16_t sequence) const {
  const Packet& packet = m_packets[sequence % k_remembered];
  return !packet.empty() && u16(packet, 2) == sequence ? &packet : nullptr;
}

std::vector<Packet> PictureRepair::on_packet(Bytes packet) {
  if (packet.size() < k_rtp_header || packet.size() > k_largest_packet) return {};
  remember(packet);
  std::vector<Packet> restored = restore();
  fill_around(u16(packet, 2), restored);
  return restored;
}

void PictureRepair::fill_around(std::uint16_t sequence, std::vector<Packet>& into) {
  fill_before(sequence, into);
  for (unsigned i = 1; i <= k_mask_bits; ++i) {
    const auto next = static_cast<std::uint16_t>(sequence + i);
    if (distance(next, m_newest) < 0) return;
    if (const Packet* packet = find(next); packet != nullptr && type_of(*packet) != k_ulpfec_type) {
      fill_before(next, into);
      return;
    }
  }
}

void PictureRepair::fill_before(std::uint16_t end, std::vector<Packet>& into) {
  const Packet* after = find(end);
  std::vector<std::uint16_t> gap;
  for (unsigned i = 1; after != nullptr && i <= k_mask_bits; ++i) {
    const auto sequence = static_cast<std::uint16_t>(end - i);
    const Packet* packet = find(sequence);
    if (packet == nullptr) {
      gap.push_back(sequence);
    } else if (type_of(*packet) != k_ulpfec_type) {
      if (gap.empty() || !are_neighbours(*packet, *after)) return;
      for (const std::uint16_t missing : gap) {
        Packet filler(packet->begin(), packet->begin() + k_rtp_header);
        filler[0] = 0x80;
        filler[1] = k_ulpfec_type;
        put_u16(filler, 2, missing);
        remember(filler);
        into.push_back(std::move(filler));
      }
      return;
    }
  }
}

std::optional<std::vector<Packet>> PictureRepair::on_repair(Bytes packet) {
  const auto at = payload_of(packet);
  if (!at || packet.size() > k_largest_packet) return std::nullopt;
  remember(packet);  // it has a place in the sequence, too
  const Bytes repair = packet.subspan(*at);
  if (repair.empty()) return std::vector<Packet>();
  if (repair.size() < k_repair_header + 4) return std::nullopt;
  const bool is_extended = (repair[0] & 0x80U) != 0;
  const bool is_long = (repair[0] & 0x40U) != 0;
  const std::size_t header = k_repair_header + (is_long ? 8 : 4);
  if (is_extended || repair.size() < header || u16(repair, k_repair_header) != repair.size() - header)
    return std::nullopt;
  std::uint64_t mask = 0;
  for (std::size_t i = k_repair_header + 2; i < header; ++i) mask = mask << 8U | repair[i];
  if (!is_long) mask <<= 32U;
  if (mask == 0) return std::nullopt;

  Repair known{.base = u16(repair, 2), .mask = mask, .bits = {}};
  known.bits.assign(repair.begin(), repair.begin() + k_repair_header);
  known.bits.insert(known.bits.end(), repair.begin() + static_cast<std::ptrdiff_t>(header), repair.end());
  if (m_repairs.size() == k_most_repairs) m_repairs.pop_front();
  m_repairs.push_back(std::move(known));
  return restore();
}

std::vector<Packet> PictureRepair::restore() {
  std::vector<Packet> restored;
  for (bool again = true; std::exchange(again, false);) {
    for (auto repair = m_repairs.begin(); repair != m_repairs.end();) {
      unsigned missing = 0;
      std::uint16_t last = 0;
      for (unsigned bit = 0; bit < k_mask_bits; ++bit) {
        if ((repair->mask >> (k_mask_bits - 1 - bit) & 1U) == 0) continue;
        const auto sequence = static_cast<std::uint16_t>(repair->base + bit);
        if (find(sequence) != nullptr) continue;
        ++missing;
        last = sequence;
      }
      const bool is_old = std::abs(distance(repair->base, m_newest)) >
                          static_cast<int>(k_remembered) - static_cast<int>(k_mask_bits);
      if (missing > 1 && !is_old) {
        ++repair;
        continue;
      }
      if (missing == 1) {
        if (auto packet = restore(*repair, last)) {
          remember(*packet);
          restored.push_back(std::move(*packet));
          again = true;  // with this one another repair may be of use
        }
      }
      repair = m_repairs.erase(repair);
    }
  }
  return restored;
}

std::optional<Packet> PictureRepair::restore(const Repair& repair, std::uint16_t missing) const {
  Packet bits = repair.bits;
  const Packet* any = nullptr;
  for (unsigned bit = 0; bit < k_mask_bits; ++bit) {
    if ((repair.mask >> (k_mask_bits - 1 - bit) & 1U) == 0) continue;
    const Packet* packet = find(static_cast<std::uint16_t>(repair.base + bit));
    if (packet == nullptr) continue;
    any = packet;
    const std::size_t body = packet->size() - k_rtp_header;
    if (body > bits.size() - k_repair_header) return std::nullopt;  // it does not protect all of this one
    for (std::size_t i = 0; i < 8; ++i) bits[i] ^= (*packet)[i];
    bits[8] ^= static_cast<std::uint8_t>(body >> 8U);
    bits[9] ^= static_cast<std::uint8_t>(body);
    for (std::size_t i = 0; i < body; ++i) bits[k_repair_header + i] ^= (*packet)[k_rtp_header + i];
  }
  const std::size_t body = u16(bits, 8);
  if (any == nullptr || body > bits.size() - k_repair_header) return std::nullopt;
  Packet packet(k_rtp_header + body);
  std::copy_n(bits.begin(), 8, packet.begin());
  packet[0] = static_cast<std::uint8_t>(0x80U | (packet[0] & k_not_version));
  put_u16(packet, 2, missing);
  std::copy_n(any->begin() + 8, 4, packet.begin() + 8);  // the SSRC
  std::copy_n(bits.begin() + k_repair_header, body, packet.begin() + k_rtp_header);
  if (!video_format(packet[1] & k_type) || !payload_of(packet)) return std::nullopt;
  return packet;
}

unsigned CorrectionShare::on_second(double lost_percent, double round_trip_ms) {
  constexpr double k_smoothing = 0.3;
  constexpr double k_long_round_trip_ms = 120;
  constexpr double k_lossy_percent = 1.5;
  constexpr double k_clear_percent = 0.5;
  constexpr double k_least = 20;  // of a picture of four packets, one
  constexpr double k_most = 50;
  constexpr double k_step = 5;
  if (!std::isfinite(lost_percent)) return m_percent;
  m_lost_percent += k_smoothing * (lost_percent - m_lost_percent);
  const double threshold = m_percent == 0 ? k_lossy_percent : k_clear_percent;
  const double short_way = m_percent == 0 ? k_long_round_trip_ms : 0.8 * k_long_round_trip_ms;
  if (m_lost_percent < threshold || round_trip_ms < short_way) return m_percent = 0;
  const double wanted = std::clamp(10 + 4 * m_lost_percent, k_least, k_most);
  return m_percent = static_cast<unsigned>(k_step * std::round(wanted / k_step));
}

}  // namespace sangdam::pipelines
