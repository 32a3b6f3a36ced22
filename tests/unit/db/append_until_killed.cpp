// Appends to the log in argv[1] without end and writes each sequence that was reported durable to standard
// output, as eight bytes of the machine's order. kill_test.cpp starts it, and kills it.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/main_thread.hpp"
#include "base/random.hpp"
#include "db/database.hpp"
#include "support/main_loop.hpp"

using sangdam::base::Result;

namespace {

void append_one(sangdam::db::Database& database) {
  sangdam::consultation::ConsultationRecord record;
  record.id = sangdam::base::random_hex(16);
  record.patient_name = "김민준";
  record.state = sangdam::consultation::State::open;
  sangdam::consultation::LogEntry entry;
  entry.consultation = record.id;
  entry.kind = "opened";
  entry.details["text"] = std::string(sangdam::base::random_below(3000), 'x');
  database.append(entry, record, [&database](const Result<std::int64_t>& sequence) {
    if (!sequence) std::_Exit(3);
    if (::write(STDOUT_FILENO, &*sequence, sizeof *sequence) != sizeof *sequence) std::_Exit(4);
    append_one(database);
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  sangdam::base::claim_main_thread();
  auto database = sangdam::db::Database::open(argv[1]);
  if (!database) {
    std::fprintf(stderr, "%s\n", database.error().message.c_str());
    return 2;
  }
  for (int in_flight = 0; in_flight < 8; ++in_flight) append_one(**database);
  // A minute is far more than the test needs: an end in case its parent died.
  sangdam::tests::run_until([] { return false; }, std::chrono::minutes(1));
  return 0;
}
