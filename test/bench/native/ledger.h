/* Whether every client got every tick of each of its symbols, in order. The number behind KEY grows by one with each
 * tick of a symbol. With "seq" as the key the frames also say for how many ticks they stand ("count"), and gap messages
 * how many are lost: then counts + lost must equal `advance`, the sum of what all sequences moved. */
#pragma once
#include <stdlib.h>
#include "tick.h"

enum { SYMBOLS = 4096 };

typedef struct {
  uint64_t missing, holes, backward, counts, lost, gaps, advance;
} ledger_t;

static finder_t symbol_key = {"\"symbol\":\"BENCH", 15, 0}, sequence_key, count_key = {"\"count\":", 8, 0},
                lost_key = {"\"lost\":", 7, 0}, snapshot_key = {"\"snapshot\":true", 15, 0};

/* `last`: of each symbol, for one client. A snapshot repeats what was, so it may stand still. */
static inline void ledger_tick(ledger_t *ledger, uint32_t *last, const uint8_t *from, const uint8_t *end) {
  const uint8_t *symbol = find(&symbol_key, from, end), *sequence = find(&sequence_key, from, end);
  if (!symbol || !sequence) return;
  uint32_t *known = &last[digits(symbol, end) % SYMBOLS], now = (uint32_t)digits(sequence, end);
  const uint8_t *count = find(&count_key, from, end);
  uint64_t stands_for = count ? digits(count, end) : 1;
  ledger->counts += stands_for;
  if (*known == 0) {
    ledger->advance += stands_for;
    *known = now;
    return;
  }
  if (now > *known) {
    ledger->advance += now - *known;
    ledger->missing += now - *known - 1;
    ledger->holes += now - *known > 1;
    *known = now;
  } else if (!find(&snapshot_key, from, end)) {
    ledger->backward++;
  }
}

static inline void ledger_gap(ledger_t *ledger, const uint8_t *from, const uint8_t *end) {
  const uint8_t *lost = find(&lost_key, from, end);
  if (lost) ledger->lost += digits(lost, end);
  ledger->gaps++;
}
