// Walks the whole log and says whether it is what was written (hash_chain.hpp says what that proves).
//
// Opens its own connection, so it runs on any thread and while a kiosk is writing: it sees the log as it was
// when it started. It needs the right to write to the directory (SQLite's WAL), and changes nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "db/hash_chain.hpp"

namespace sangdam::db {

enum class Flaw : std::uint8_t {
  entry_missing,    // a number is skipped: one or more entries were taken out
  link_broken,      // the entry does not continue the one before it
  entry_changed,    // a field, or the hash itself, was changed
  payload_changed,  // the payload is not the one committed to
  payload_missing,  // gone, and no later entry says that it was erased
  tail_missing,     // the log ends before its head
  head_wrong,       // the head stands on an entry that is not the last, or has another hash
  witness_differs,  // a head noted earlier is not in this log: it was rewritten, or is older than the note
  foreign_payload,  // a payload without an entry
};
[[nodiscard]] std::string_view name_of(Flaw flaw) noexcept;

struct Verification {
  struct Broken {
    std::int64_t sequence = 0;  // the first entry that is not as it should be
    Flaw flaw = Flaw::entry_changed;
  };
  std::int64_t entries = 0;  // found whole, up to the break
  std::int64_t erased = 0;   // of them, those whose payload was erased and the log says so
  LogHead head;              // of the last whole entry; note it down somewhere else
  std::optional<Broken> broken;
  [[nodiscard]] bool intact() const noexcept { return !broken.has_value(); }
  /// One plain sentence: what was found, what it means.
  [[nodiscard]] std::string in_words() const;
};

/// `witness`: a head noted earlier, which must be part of this log. Failures (the log could not be read at
/// all): "log-corrupt", "records-unreadable".
[[nodiscard]] base::Result<Verification> verify_log(const std::filesystem::path& path,
                                                    const std::optional<LogHead>& witness = std::nullopt);

}  // namespace sangdam::db
