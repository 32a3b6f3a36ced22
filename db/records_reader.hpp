// Reading for the screens: a connection of the main thread that never writes. Every query walks an index and
// has a limit. Failures: "records-unreadable", "log-corrupt", "query-invalid".
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "consultation/record.hpp"
#include "db/connection.hpp"

namespace sangdam::db {

/// More than a kiosk can hold in a day, or say in a consultation; beyond it the list is cut.
inline constexpr std::int64_t k_most_rows_of_a_day = 1000;
inline constexpr std::int64_t k_most_entries_of_a_page = 1000;
inline constexpr std::int64_t k_most_unfinished = 1000;

class RecordsReader {
 public:
  explicit RecordsReader(Connection connection) : m_connection(std::move(connection)) {}

  [[nodiscard]] base::Result<std::vector<consultation::DayRow>> day(base::Instant from, base::Instant to);
  [[nodiscard]] base::Result<std::vector<consultation::LogRow>> log(const consultation::LogQuery& query);
  [[nodiscard]] base::Result<std::optional<consultation::LogRow>> log_row(const std::string& consultation);
  /// An entry whose payload was erased has no details.
  [[nodiscard]] base::Result<consultation::Timeline> timeline(const consultation::TimelineQuery& query);
  [[nodiscard]] base::Result<consultation::EarlierLog> earlier(const std::string& consultation);
  [[nodiscard]] base::Result<std::vector<consultation::ConsultationRecord>> unfinished();
  [[nodiscard]] base::Result<std::optional<consultation::Appointment>> appointment(const std::string& id);

 private:
  struct Place {  // a row's place in the log's order
    std::int64_t started = 0;
    std::int64_t number = 0;
  };
  [[nodiscard]] Place place_before(const consultation::LogQuery& query);
  /// The piece of the search that the fewest names hold.
  [[nodiscard]] std::string rarest_piece(const std::string& search);

  Connection m_connection;
};

}  // namespace sangdam::db
