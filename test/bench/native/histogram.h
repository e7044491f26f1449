/* Times in microseconds, kept in 64 steps per power of two: less than 2 % wrong, at any size, in fixed memory. */
#pragma once
#include <stdint.h>
#include <string.h>

enum { STEPS = 64, BUCKETS = 48 * STEPS };

typedef struct {
  uint64_t counts[BUCKETS], total, max;
} histogram_t;

static inline void histogram_add(histogram_t *h, uint64_t value, uint64_t times) {
  uint64_t bucket = value;
  if (value >= STEPS) {
    int power = 63 - __builtin_clzll(value);
    bucket = (uint64_t)(power - 5) * STEPS + ((value >> (power - 6)) & (STEPS - 1));
  }
  if (bucket >= BUCKETS) bucket = BUCKETS - 1;
  h->counts[bucket] += times;
  h->total += times;
  if (value > h->max) h->max = value;
}

/* The value that a share of all values does not exceed; 0 when there are none. */
static inline uint64_t histogram_at(const histogram_t *h, double share) {
  uint64_t wanted = (uint64_t)(share * (double)h->total + 0.5), seen = 0;
  if (h->total == 0) return 0;
  if (wanted < 1) wanted = 1;
  for (uint64_t bucket = 0; bucket < BUCKETS; bucket++) {
    seen += h->counts[bucket];
    if (seen < wanted) continue;
    if (bucket < STEPS) return bucket;
    int power = (int)(bucket / STEPS) + 5;
    return (STEPS + bucket % STEPS) << (power - 6);
  }
  return h->max;
}
