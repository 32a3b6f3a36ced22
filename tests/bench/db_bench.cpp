// How the log behaves with 1,000,000 consultations (or as many as the first argument says): the pages staff
// see, searching a name, appending, verifying. Prints a table; times of reading are the median and the worst
// of many.
//
//   bench-db [CONSULTATIONS [DIRECTORY]]
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/main_thread.hpp"
#include "base/random.hpp"
#include "consultation/record.hpp"
#include "db/connection.hpp"
#include "db/database.hpp"
#include "db/event_writer.hpp"
#include "support/main_loop.hpp"

namespace {

using namespace sangdam;
using consultation::ConsultationRecord;
using consultation::LogEntry;
using consultation::LogQuery;
using consultation::LogRow;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::int64_t k_first_day_ms = 1'420'070'400'000;  // 2015
constexpr std::int64_t k_apart_ms = 300'000;                // a consultation every five minutes

template <std::size_t N>
std::string one_of(const std::array<const char*, N>& choices) {
  return choices[base::random_below(N)];
}

/// A Korean name with the real uneven spread of surnames; one in twenty is a long or a foreign one.
std::string a_name() {
  constexpr std::array surnames{"김", "김", "김", "김", "이", "이", "이", "박",  "박", "최",
                                "정", "강", "조", "윤", "장", "임", "한", "오",  "서", "신",
                                "권", "황", "안", "송", "류", "홍", "문", "남궁"};
  constexpr std::array syllables{"민", "서", "지", "현", "준", "우", "예", "은", "하", "윤", "도", "연",
                                 "수", "진", "영", "호", "성", "정", "경", "미", "순", "옥", "철", "상",
                                 "재", "동", "혜", "선", "희", "주", "태", "원", "아", "나", "라", "리",
                                 "유", "소", "율", "건", "찬", "혁", "규", "빈", "솔"};
  constexpr std::array foreign{"Nguyen Thi Lan", "Anna Schmidt", "John O'Neill", "王小明", "Maria Gonzalez"};
  if (base::random_below(20) == 0) return one_of(foreign);
  return one_of(surnames) + one_of(syllables) + one_of(syllables);
}

ConsultationRecord a_consultation(std::int64_t number) {
  constexpr std::array clinicians{"이수진", "박지훈", "Dr. Weber", "최은영", "정대현"};
  ConsultationRecord record;
  record.id = base::random_hex(16);
  record.patient_name = a_name();
  record.clinician = one_of(clinicians);
  record.state = consultation::State::ended;
  record.outcome = consultation::Outcome::completed;
  record.created = base::Instant(std::chrono::milliseconds(k_first_day_ms + number * k_apart_ms));
  record.opened = record.created;
  record.connected = record.created + std::chrono::minutes(1);
  record.ended = record.created + std::chrono::minutes(11);
  return record;
}

LogEntry an_entry(const ConsultationRecord& record) {
  LogEntry entry;
  entry.consultation = record.id;
  entry.time = record.created;
  entry.kind = "ended";
  entry.actor = consultation::Actor::staff;
  entry.from = consultation::State::in_call;
  entry.to = record.state;
  entry.details = {{"outcome", "completed"}, {"name", record.patient_name}};
  return entry;
}

[[noreturn]] void stop(const base::Failure& failure) {
  fmt::print(stderr, "{}: {}\n", failure.code, failure.message);
  std::exit(1);
}

template <class T>
T must(base::Result<T> result) {
  if (!result) stop(result.error());
  return std::move(*result);
}

struct Spread {
  double median = 0;
  double worst = 0;
};

Spread measure(int times, const std::function<void()>& work) {
  std::vector<double> took;
  for (int i = 0; i < times; ++i) {
    const auto start = Clock::now();
    work();
    took.push_back(Milliseconds(Clock::now() - start).count());
  }
  std::sort(took.begin(), took.end());
  return {took[took.size() / 2], took.back()};
}

void print_row(const std::string& what, const std::string& result) {
  fmt::print("| {:<58} | {:>34} |\n", what, result);
}

void fill(const std::filesystem::path& path, std::int64_t consultations) {
  must(db::Database::open(path));
  // One transaction without synchronisation: what is measured comes afterwards.
  const auto start = Clock::now();
  const db::Connection connection = db::open_for_writing(path);
  connection->exec("PRAGMA synchronous = OFF");
  connection->exec("PRAGMA cache_size = -1048576");
  {
    db::EventWriter events(*connection);
    SQLite::Transaction transaction(*connection);
    for (std::int64_t number = 0; number < consultations; ++number) {
      const ConsultationRecord record = a_consultation(number);
      events.write(an_entry(record), record);
    }
    transaction.commit();
  }
  connection->exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const double seconds = Milliseconds(Clock::now() - start).count() / 1000;
  print_row("filled", fmt::format("{} in {:.0f} s", consultations, seconds));
  print_row("file",
            fmt::format("{:.0f} MiB", static_cast<double>(std::filesystem::file_size(path)) / (1 << 20)));
}

void measure_pages(db::Database& database, const std::string& text, const std::string& what) {
  const LogQuery first{.text = text};
  std::vector<LogRow> rows;
  const Spread one = measure(20, [&] { rows = must(database.log(first)); });
  const std::size_t found = rows.size();
  Spread next;
  if (rows.size() == first.limit) {
    LogQuery query = first;
    next = measure(20, [&] {
      query.before = {rows.back().started, rows.back().id};
      auto page = must(database.log(query));
      if (!page.empty()) rows = std::move(page);
    });
  }
  print_row(what, fmt::format("{:.2f} ms, worst {:.2f} ({})", one.median, one.worst, found));
  if (next.worst > 0)
    print_row("    its next pages", fmt::format("{:.2f} ms, worst {:.2f}", next.median, next.worst));
}

void measure_appends(db::Database& database, std::int64_t consultations) {
  std::vector<double> took;
  bool answered = false;
  for (int i = 0; i < 500; ++i) {
    const ConsultationRecord record = a_consultation(consultations + i);
    const auto start = Clock::now();
    answered = false;
    database.append(an_entry(record), record, [&](const base::Result<std::int64_t>& sequence) {
      if (!sequence) stop(sequence.error());
      took.push_back(Milliseconds(Clock::now() - start).count());
      answered = true;
    });
    tests::run_until([&] { return answered; });
  }
  std::sort(took.begin(), took.end());
  print_row("append until durable, one at a time",
            fmt::format("p50 {:.2f} ms, p99 {:.2f} ms", took[took.size() / 2], took[took.size() * 99 / 100]));

  std::size_t answers = 0;
  const auto start = Clock::now();
  constexpr std::size_t k_burst = 5000;
  for (std::size_t i = 0; i < k_burst; ++i) {
    const ConsultationRecord record = a_consultation(consultations + 500 + static_cast<std::int64_t>(i));
    database.append(an_entry(record), record, [&](const base::Result<std::int64_t>&) { ++answers; });
  }
  const double queued = Milliseconds(Clock::now() - start).count();
  tests::run_until([&] { return answers == k_burst; }, std::chrono::minutes(5));
  const double all = Milliseconds(Clock::now() - start).count();
  print_row("burst of 5000: durable entries per second", fmt::format("{:.0f}", 1000.0 * k_burst / all));
  print_row("    the main thread's share of one append", fmt::format("{:.1f} us", 1000 * queued / k_burst));
}

int run(std::int64_t consultations, const std::filesystem::path& directory) {
  const auto path = directory / "bench.db";
  fill(path, consultations);
  auto start = Clock::now();
  auto database = must(db::Database::open(path));
  print_row("open, with its check", fmt::format("{:.0f} ms", Milliseconds(Clock::now() - start).count()));

  measure_pages(*database, "", "first page of the log, 50 rows");
  const std::int64_t span = consultations * k_apart_ms;
  const Spread day = measure(20, [&] {
    const auto from = base::Instant(std::chrono::milliseconds(k_first_day_ms + span / 2));
    must(database->day(from, from + std::chrono::hours(24)));
  });
  print_row("one day in the middle", fmt::format("{:.2f} ms, worst {:.2f}", day.median, day.worst));
  const auto oldest = base::Instant(std::chrono::milliseconds(k_first_day_ms + span / 100));
  const Spread deep = measure(20, [&] {
    LogQuery query;
    query.before = {oldest, ""};
    must(database->log(query));
  });
  print_row("a page at the old end", fmt::format("{:.2f} ms, worst {:.2f}", deep.median, deep.worst));
  measure_pages(*database, "김", "search 1 syllable, common (김)");
  measure_pages(*database, "민준", "search 2 syllables, a given name (민준)");
  measure_pages(*database, "궁솔", "search 2 syllables, part of a long name (궁솔)");
  measure_pages(*database, "김민준", "search 3 syllables (김민준)");
  measure_pages(*database, "남궁민준", "search 4 syllables (남궁민준)");
  measure_pages(*database, "이수진", "search a clinician of every fifth (이수진)");
  measure_pages(*database, "o'neill", "search letters (o'neill)");
  measure_pages(*database, "gonzalez schmidt", "search of common pieces that never meet");
  measure_pages(*database, "훝훝", "search of nobody");

  measure_appends(*database, consultations);
  database.reset();

  start = Clock::now();
  const db::Verification found = must(db::verify_log(path));
  const double seconds = Milliseconds(Clock::now() - start).count() / 1000;
  print_row("verify",
            fmt::format("{:.1f} s, {:.0f} entries/s", seconds, static_cast<double>(found.entries) / seconds));
  fmt::print("{}\n", found.in_words());
  return found.intact() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  base::claim_main_thread();
  const std::int64_t consultations = argc > 1 ? std::strtoll(argv[1], nullptr, 10) : 1'000'000;
  std::string pattern =
      (std::filesystem::path(argc > 2 ? argv[2] : std::filesystem::temp_directory_path().c_str()) /
       "sangdam-bench-XXXXXX")
          .string();
  if (consultations < 1 || ::mkdtemp(pattern.data()) == nullptr) {
    fmt::print(stderr, "bench-db [CONSULTATIONS [DIRECTORY]]\n");
    return 2;
  }
  const int result = run(consultations, pattern);
  std::filesystem::remove_all(pattern);
  return result;
}
