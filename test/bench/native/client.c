/* The load client: many WebSocket clients in one thread, cheap enough to outrun any server here.
 *   client --port P --script FILE [--path /] [--tick PREFIX] [--key volume] [--all] [--many] [--sequence KEY]
 * PREFIX: how a message with ticks begins. --all: the age of every tick, not of one in each read. --many: a message may
 * hold several ticks. --sequence: keep a ledger of every client and symbol. --engineio: answer its pings.
 * Prints {"ready":…} when every client has done its script; then takes `reset`, `report` and `quit` on stdin. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>
#include "connection.h"
#include "script.h"
#include "window.h"

/* Few events in a turn: orders must not wait behind a thousand reads. */
enum { EVENTS = 64, READ_BYTES = 256 * 1024, MESSAGE_BYTES = 16 << 20, RAMP = 128, FLOOD_MICROS = 1000 };

static const char GAP[] = "{\"type\":\"gap";
static const char *path = "/", *prefix = "{\"type\":\"market_data\"";
static size_t prefix_length;
static finder_t stamp_key;
static int port, takes_all, holds_many, keeps_ledger, speaks_engineio;
static script_t script;
static client_t *clients;
static int opened, ready, closed, misfits;
static uint8_t *input;

static void open_next(void) {
  if (opened == script.clients) return;
  client_t *client = &clients[opened++];
  dial(client, port);
  char hello[512];
  int length = snprintf(hello, sizeof hello,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n", path, port);
  buffer_add(&client->out, hello, (size_t)length);
  buffer_send(&client->out, client->socket);
}

static void end(client_t *client, const char *why) {
  if (client->socket < 0) return;
  if (!client->is_ready) {
    fprintf(stderr, "client %ld of %d: %s before its script was done\n", client - clients, script.clients, why);
    exit(3);
  }
  close(client->socket);
  client->socket = -1;
  closed++;
}

/* Goes on with the script, up to the next text that has to come first. */
static void advance(client_t *client) {
  const group_t *group = client->group;
  while (client->step < group->size && group->steps[client->step].is_send) {
    const step_t *step = &group->steps[client->step++];
    say(client, TEXT, step->text, step->length);
  }
  if (client->step < group->size || client->is_ready) return;
  client->is_ready = 1;
  listen_for(client);
  open_next();
  if (++ready < script.clients) return;
  printf("{\"ready\":%d}\n", ready);
  fflush(stdout);
  reset();
}

static void note_age(const uint8_t *from, const uint8_t *to, int64_t now, uint64_t ticks) {
  const uint8_t *stamp = find(&stamp_key, from, to);
  int64_t age = stamp ? now - (int64_t)digits(stamp, to) : -1;
  if (stamp) histogram_add(&window.ages, age > 0 ? (uint64_t)age : 0, ticks);
}

static void take_tick(client_t *client, const uint8_t *from, const uint8_t *to, int64_t now) {
  if (takes_all || holds_many) note_age(from, to, now, 1);
  if (keeps_ledger) ledger_tick(&window.ledger, client->last, from, to);
}

/* A message of several ticks: each begins with its prefix. */
static uint64_t take_many(client_t *client, const uint8_t *from, const uint8_t *to, int64_t now) {
  uint64_t ticks = 0;
  while (from < to) {
    const uint8_t *next = memmem(from + 1, (size_t)(to - from - 1), prefix, prefix_length);
    const uint8_t *stop = next ? next : to;
    if (from + prefix_length <= to && !memcmp(from, prefix, prefix_length)) {
      take_tick(client, from, stop, now);
      ticks++;
    }
    from = stop;
  }
  return ticks;
}

/* Returns how many ticks it was. */
static uint64_t take(client_t *client, const frame_t *frame, int64_t now) {
  const uint8_t *from = frame->payload, *to = from + frame->length;
  if (frame->opcode == PING) say(client, PONG, from, frame->length);
  if (frame->opcode == CLOSE) end(client, "closed");
  if (frame->opcode > BINARY) return 0;
  if (!client->is_ready) {
    const step_t *step = &client->group->steps[client->step];
    if (memmem(from, frame->length, step->text, step->length)) {
      client->step++;
      advance(client);
    } else if (memmem(from, frame->length, "\"error\"", 7) && misfits++ == 0) {
      int length = frame->length < 300 ? (int)frame->length : 300;
      fprintf(stderr, "instead of %s: %.*s\n", step->text, length, from);
    }
  }
  window.frames++;
  if (keeps_ledger && frame->length > 12 && !memcmp(from, GAP, 12)) ledger_gap(&window.ledger, from, to);
  if (holds_many) return take_many(client, from, to, now);
  if (frame->length >= prefix_length && !memcmp(from, prefix, prefix_length)) {
    take_tick(client, from, to, now);
    return 1;
  }
  window.other++;
  if (speaks_engineio && frame->length == 1 && *from == '2') say(client, TEXT, "3", 1);
  return 0;
}

/* Walks the frames of one read. The first one is the oldest: its age stands for all of them, unless each is looked at. */
static void walk(client_t *client, const uint8_t *at, const uint8_t *stop) {
  int64_t now = wall();
  uint64_t ticks = 0;
  frame_t oldest = {0};
  while (client->socket >= 0) {
    frame_t frame = frame_read(at, (size_t)(stop - at));
    if (!frame.size) break;
    uint64_t taken = take(client, &frame, now);
    if (taken && !oldest.size) oldest = frame;
    ticks += taken;
    at += frame.size;
  }
  if (!takes_all && !holds_many && oldest.size) note_age(oldest.payload, oldest.payload + oldest.length, now, ticks);
  window.ticks += ticks;
  client->rest.start = client->rest.end = 0;
  if (at < stop) buffer_add(&client->rest, at, (size_t)(stop - at));
}

static void receive(client_t *client) {
  size_t kept = buffer_size(&client->rest);
  memcpy(input, client->rest.bytes + client->rest.start, kept);
  ssize_t got = recv(client->socket, input + kept, READ_BYTES, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return end(client, "cut");
  window.bytes += (uint64_t)got;
  uint8_t *at = input, *stop = input + kept + got;
  if (!client->is_upgraded) {
    at = memmem(input, (size_t)(stop - input), "\r\n\r\n", 4);
    if (!at || memcmp(input, "HTTP/1.1 101", 12)) return end(client, "refused");
    at += 4;
    client->is_upgraded = 1;
    advance(client);
  }
  if ((size_t)(stop - at) > MESSAGE_BYTES) return end(client, "sent a message too big");
  walk(client, at, stop);
}

/* Slow readers take a byte a second, flooding ones speak all the time, as far as the server listens. */
static void misbehave(int64_t now) {
  static int64_t second, flood;
  int reads = now - second > 1000000, floods = now - flood > FLOOD_MICROS;
  if (reads) second = now;
  if (floods) flood = now;
  for (int i = 0; (reads || floods) && i < script.clients; i++) {
    client_t *client = &clients[i];
    const group_t *group = client->group;
    char byte;
    if (client->socket < 0) continue;
    if (reads && group->kind == SLOW && recv(client->socket, &byte, 1, MSG_DONTWAIT) == 0) end(client, "cut");
    if (!floods || group->kind != FLOODING || buffer_size(&client->out)) continue;
    for (int step = group->size - 1; step >= 0; step--)
      if (group->steps[step].is_send) {
        say(client, TEXT, group->steps[step].text, group->steps[step].length);
        break;
      }
  }
}

static int obey(void) {
  char text[256];
  ssize_t length = read(0, text, sizeof text - 1);
  if (length <= 0) return 0;
  text[length] = 0;
  for (char *word = strtok(text, "\n"); word; word = strtok(NULL, "\n")) {
    if (!strcmp(word, "quit")) return 0;
    if (!strcmp(word, "report")) report(ready - closed, closed);
    if (!strcmp(word, "reset")) reset();
  }
  return 1;
}

static void read_options(int count, char **words) {
  const char *file = NULL, *key = "volume", *sequence = NULL;
  for (int i = 1; i < count; i++) {
    const char *word = words[i], *value = i + 1 < count ? words[i + 1] : "";
    int is_flag = 1;
    if (!strcmp(word, "--all")) takes_all = 1;
    else if (!strcmp(word, "--many")) holds_many = 1;
    else if (!strcmp(word, "--engineio")) speaks_engineio = 1;
    else is_flag = 0;
    if (is_flag) continue;
    i++;
    if (!strcmp(word, "--port")) port = atoi(value);
    else if (!strcmp(word, "--path")) path = value;
    else if (!strcmp(word, "--script")) file = value;
    else if (!strcmp(word, "--tick")) prefix = value;
    else if (!strcmp(word, "--key")) key = value;
    else if (!strcmp(word, "--sequence")) sequence = value;
    else script_fail(word);
  }
  char *text = NULL;
  if (asprintf(&text, "\"%s\":", key) < 0) abort();
  stamp_key = finder(text);
  if (sequence && asprintf(&text, "\"%s\":", sequence) < 0) abort();
  if (sequence) sequence_key = finder(text);
  keeps_ledger = sequence != NULL;
  prefix_length = strlen(prefix);
  script = script_read(file ? file : "");
}

static void prepare(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  input = malloc(MESSAGE_BYTES + READ_BYTES);
  clients = calloc((size_t)script.clients, sizeof *clients);
  client_t *client = clients;
  for (int g = 0; g < script.size; g++)
    for (int i = 0; i < script.groups[g].clients; i++, client++) {
      client->group = &script.groups[g];
      client->socket = -1;
      if (keeps_ledger) client->last = calloc(SYMBOLS, sizeof *client->last);
    }
  poller = epoll_create1(0);
  struct epoll_event wish = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(poller, EPOLL_CTL_ADD, 0, &wish);
}

int main(int count, char **words) {
  static struct epoll_event events[EVENTS];
  read_options(count, words);
  prepare();
  int misbehaves = 0;
  for (int g = 0; g < script.size; g++) misbehaves |= script.groups[g].kind > STOPPED;
  for (int i = 0; i < RAMP; i++) open_next();
  for (;;) {
    int active = epoll_wait(poller, events, EVENTS, misbehaves ? 1 : -1);
    for (int i = 0; i < active; i++) {
      client_t *client = events[i].data.ptr;
      if (!client) {
        if (!obey()) return 0;
        continue;
      }
      if (client->socket >= 0 && events[i].events & EPOLLOUT) {
        buffer_send(&client->out, client->socket);
        if (!buffer_size(&client->out)) listen_for(client);
      }
      if (client->socket >= 0 && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(client);
    }
    if (misbehaves && ready == script.clients) misbehave(elapsed());
  }
}
