/* Clocks of the bench, in microseconds. */
#pragma once
#include <stdint.h>
#include <time.h>

static inline int64_t micros(clockid_t clock) {
  struct timespec at;
  clock_gettime(clock, &at);
  return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

/* Wall clock: the one that ticks are stamped with. */
static inline int64_t wall(void) { return micros(CLOCK_REALTIME); }
/* For durations. */
static inline int64_t elapsed(void) { return micros(CLOCK_MONOTONIC); }
