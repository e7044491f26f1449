/* Bytes that wait to be sent or to become whole. */
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef struct {
  uint8_t *bytes;
  size_t start, end, capacity;
} buffer_t;

static inline size_t buffer_size(const buffer_t *b) { return b->end - b->start; }

static inline void buffer_add(buffer_t *b, const void *bytes, size_t length) {
  if (b->end + length > b->capacity && b->start > 0) {
    memmove(b->bytes, b->bytes + b->start, buffer_size(b));
    b->end -= b->start;
    b->start = 0;
  }
  if (b->end + length > b->capacity) {
    b->capacity = (b->end + length) * 2;
    b->bytes = realloc(b->bytes, b->capacity);
    if (!b->bytes) abort();
  }
  memcpy(b->bytes + b->end, bytes, length);
  b->end += length;
}

/* Sends what the kernel takes now. */
static inline void buffer_send(buffer_t *b, int socket) {
  ssize_t taken = send(socket, b->bytes + b->start, buffer_size(b), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (taken > 0) b->start += (size_t)taken;
  if (b->start == b->end) b->start = b->end = 0;
}
