/* What is read out of a tick. Ticks of one run are built alike, so a key is nearly always where it was last time. */
#pragma once
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  const char *text;
  size_t length, place;
} finder_t;

static inline finder_t finder(const char *text) { return (finder_t){text, strlen(text), 0}; }

/* What follows the key, or NULL. */
static inline const uint8_t *find(finder_t *key, const uint8_t *from, const uint8_t *end) {
  const uint8_t *guess = from + key->place;
  if (guess + key->length <= end && !memcmp(guess, key->text, key->length)) return guess + key->length;
  const uint8_t *found = memmem(from, (size_t)(end - from), key->text, key->length);
  if (!found) return NULL;
  key->place = (size_t)(found - from);
  return found + key->length;
}

static inline uint64_t digits(const uint8_t *at, const uint8_t *end) {
  uint64_t value = 0;
  for (; at < end && *at >= '0' && *at <= '9'; at++) value = value * 10 + (uint64_t)(*at - '0');
  return value;
}
