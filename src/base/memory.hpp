// Keeps the C library's allocator from holding on to what a visit needed.
//
// A call allocates on some thirty threads. glibc gives each an arena of its own, up to eight per core, and
// returns little of it: a kiosk would grow with each visit though nothing leaks.
#pragma once

namespace sangdam::base {

/// Few arenas, and large blocks straight from the system. Call first in main(), before any thread is started.
void bound_memory() noexcept;

/// Gives unused memory back to the system. Takes a few milliseconds: not while pictures flow. Any thread.
void release_memory() noexcept;

}  // namespace sangdam::base
