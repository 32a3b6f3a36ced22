// The chain that makes tampering with the log show.
//
//   commitment(n) = SHA-256( salt(n) || payload(n) )                 salt: 32 random bytes; payload:
//   canonical JSON hash(n)       = SHA-256( encoding(n) ),                          hash(0) = the log's
//   random origin encoding(n)   = field("sangdam-event-1")
//                   field(sequence) field(consultation) field(time) field(kind) field(actor)
//                   field(from) field(to) field(commitment) field(hash(n-1))
//   field(x)      = length of x in bytes as 8 bytes, most significant first, then x
//   numbers       = 8 bytes, two's complement, most significant first; time in milliseconds since 1970 UTC
//
// Every field carries its length, so no two different entries have the same encoding: what stands in `kind`
// cannot be moved into `actor`. The payload (names, chat) is not in the chain itself, only its salted
// commitment is: the payload can be erased and every hash still holds, and without the salt nobody can test
// guesses ("was the name Kim?") against what is left.
//
// What it proves: that no entry was changed, put in, taken out or moved, unless whoever did it recomputed
// every hash after it. There is no key in it, so somebody who may write the whole file can do that, can cut
// the end off and set the head back, or can put an older copy in place. Against those, keep a LogHead
// (sequence and hash) where that person cannot write - on paper, in another machine's log - and give it to
// verify_log(): a head once noted must stay in the chain. The projection (table consultations) and the
// schedule are not in the chain; the log is what counts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/random.hpp"

namespace sangdam::db {

/// The fields of one entry as the table holds them.
struct ChainedEntry {
  std::int64_t sequence = 0;
  std::string_view consultation;
  std::int64_t time_ms = 0;
  std::string_view kind, actor, from, to;
};

/// Where a log ended at some moment.
struct LogHead {
  std::int64_t sequence = 0;
  base::Digest hash{};
  friend bool operator==(const LogHead&, const LogHead&) = default;
};

inline constexpr std::size_t k_salt_bytes = 32;

[[nodiscard]] base::Digest commitment_to(std::string_view salt, std::string_view payload);
[[nodiscard]] base::Digest hash_of(const ChainedEntry& entry, const base::Digest& commitment,
                                   const base::Digest& previous);

/// A JSON object of strings: keys in byte order, no white space, UTF-8 as it is. Bytes that are not UTF-8
/// become U+FFFD, so that an entry is never lost for them.
[[nodiscard]] std::string canonical_payload(const std::map<std::string, std::string>& details);
/// The reverse. What is not an object is an empty map; what is not a string in it is left out.
[[nodiscard]] std::map<std::string, std::string> details_of(std::string_view payload);

}  // namespace sangdam::db
