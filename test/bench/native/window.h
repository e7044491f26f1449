/* What all clients saw since the last reset, and what it cost this process. */
#pragma once
#include <stdio.h>
#include <sys/resource.h>
#include "histogram.h"
#include "ledger.h"
#include "time.h"

static struct {
  uint64_t ticks, frames, bytes, other;
  histogram_t ages;
  ledger_t ledger;
  int64_t since;
  double cpu;
} window;

static inline double cpu_seconds(void) {
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  double micros = (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
  return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + 1e-6 * micros;
}

static inline void reset(void) {
  memset(&window, 0, sizeof window);
  window.since = elapsed();
  window.cpu = cpu_seconds();
}

static inline void report(int alive, int closed) {
  const histogram_t *ages = &window.ages;
  const ledger_t *l = &window.ledger;
  const struct {
    const char *name;
    uint64_t value;
  } figures[] = {
      {"clients", (uint64_t)alive}, {"closed", (uint64_t)closed},
      {"ticks", window.ticks}, {"frames", window.frames}, {"bytes", window.bytes}, {"other", window.other},
      {"p50", histogram_at(ages, 0.5)}, {"p99", histogram_at(ages, 0.99)}, {"p999", histogram_at(ages, 0.999)},
      {"max", ages->max},
      {"missing", l->missing}, {"holes", l->holes}, {"backward", l->backward},
      {"counts", l->counts}, {"lost", l->lost}, {"gaps", l->gaps}, {"advance", l->advance},
  };
  double seconds = 1e-6 * (double)(elapsed() - window.since);
  printf("{\"seconds\":%.6f,\"cpu\":%.6f", seconds, cpu_seconds() - window.cpu);
  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) printf(",\"%s\":%lu", figures[i].name, figures[i].value);
  printf("}\n");
  fflush(stdout);
}
