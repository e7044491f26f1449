/* WebSocket frames (RFC 6455, 5.2), as far as the bench needs them: whole messages, one frame each. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

typedef struct {
  int opcode;
  const uint8_t *payload;
  size_t length;
  /* Of head and payload; 0: the bytes hold no whole frame yet. */
  size_t size;
  uint8_t mask[4];
} frame_t;

static inline frame_t frame_read(const uint8_t *at, size_t available) {
  frame_t frame = {0};
  if (available < 2) return frame;
  size_t length = at[1] & 127, head = 2;
  if (length == 126) {
    if (available < 4) return frame;
    length = (size_t)at[2] << 8 | at[3];
    head = 4;
  } else if (length == 127) {
    if (available < 10) return frame;
    length = 0;
    for (int i = 2; i < 10; i++) length = length << 8 | at[i];
    head = 10;
  }
  size_t mask = at[1] & 128 ? 4 : 0;
  if (available < head + mask + length) return frame;
  if (mask) memcpy(frame.mask, at + head, 4);
  frame.opcode = at[0] & 15;
  frame.payload = at + head + mask;
  frame.length = length;
  frame.size = head + mask + length;
  return frame;
}

/* Writes the head of a frame; at most 14 bytes. A client's mask is all zeros, which is a mask too. */
static inline size_t frame_head(uint8_t *to, int opcode, size_t length, int is_masked) {
  uint8_t bit = is_masked ? 128 : 0;
  size_t head = 2;
  to[0] = (uint8_t)(128 | opcode);
  if (length < 126) {
    to[1] = (uint8_t)(bit | length);
  } else if (length < 65536) {
    to[1] = bit | 126;
    to[2] = (uint8_t)(length >> 8);
    to[3] = (uint8_t)length;
    head = 4;
  } else {
    to[1] = bit | 127;
    for (int i = 0; i < 8; i++) to[2 + i] = (uint8_t)((uint64_t)length >> (8 * (7 - i)));
    head = 10;
  }
  if (!is_masked) return head;
  memset(to + head, 0, 4);
  return head + 4;
}
