#include "db/hash_chain.hpp"

#include <nlohmann/json.hpp>

namespace sangdam::db {
namespace {

std::string_view bytes_of(const base::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

void put_number(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>((number >> shift) & 0xff));
}

void put_field(std::string& out, std::string_view bytes) {
  put_number(out, bytes.size());
  out.append(bytes);
}

void put_field(std::string& out, std::int64_t number) {
  put_number(out, 8);
  put_number(out, static_cast<std::uint64_t>(number));
}

}  // namespace

base::Digest commitment_to(std::string_view salt, std::string_view payload) {
  std::string both(salt);
  both.append(payload);
  return base::sha256(both);
}

base::Digest hash_of(const ChainedEntry& entry, const base::Digest& commitment,
                     const base::Digest& previous) {
  std::string encoding;
  encoding.reserve(320);
  put_field(encoding, "sangdam-event-1");
  put_field(encoding, entry.sequence);
  put_field(encoding, entry.consultation);
  put_field(encoding, entry.time_ms);
  put_field(encoding, entry.kind);
  put_field(encoding, entry.actor);
  put_field(encoding, entry.from);
  put_field(encoding, entry.to);
  put_field(encoding, bytes_of(commitment));
  put_field(encoding, bytes_of(previous));
  return base::sha256(encoding);
}

std::string canonical_payload(const std::map<std::string, std::string>& details) {
  // nlohmann::json keeps objects in a std::map: keys come out in byte order.
  return nlohmann::json(details).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::map<std::string, std::string> details_of(std::string_view payload) {
  std::map<std::string, std::string> details;
  const auto parsed = nlohmann::json::parse(payload, nullptr, false);
  if (!parsed.is_object()) return details;
  for (const auto& [key, value] : parsed.items()) {
    if (value.is_string()) details[key] = value.get<std::string>();
  }
  return details;
}

}  // namespace sangdam::db
