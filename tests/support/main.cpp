// The main function of every Catch2 binary, compiled once: with Catch2 2 it costs 17 s.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include "base/main_thread.hpp"

int main(int argc, char** argv) {
  sangdam::base::claim_main_thread();
  return Catch::Session().run(argc, argv);
}
