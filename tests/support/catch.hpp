// Catch2 as Debian ships it: 2.13 on Debian 12, 3.7 on Debian 13. Tests use what both have.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
