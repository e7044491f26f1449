/* The limit of this machine: one thread, epoll, frames built once, one write per client and turn, and nothing else that
 * a product needs. It makes its ticks itself.
 *   broadcaster SYMBOLS
 * Prints {"port":…}; takes `rate N` (ticks a second; `flood`: as fast as the sockets take them), `count` and `quit`
 * on stdin. A client subscribes with a text that names BENCH0001 and so on. Accept keys are not answered: the load client
 * does not look. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>
#include "buffer.h"
#include "frame.h"
#include "time.h"

enum { EVENTS = 1024, TICK_BYTES = 256, TURN_TICKS = 8192, FLOOD_TICKS = 16, GRAIN_MICROS = 2000, READ_BYTES = 65536 };

typedef struct {
  int socket, is_upgraded, holds, is_waiting;
  buffer_t in, out;
} client_t;

typedef struct {
  client_t **at;
  int size, capacity;
} list_t;

static list_t everybody, all, *holders, dirty;
static int symbols, poller, floods;
static double rate;
static int64_t since;
static uint64_t made, in_period;
static uint32_t *sequences, *order, place;
static uint8_t turn[(size_t)TURN_TICKS * TICK_BYTES];

static void list_add(list_t *list, client_t *client) {
  if (list->size == list->capacity) {
    list->capacity = list->capacity ? list->capacity * 2 : 16;
    list->at = realloc(list->at, sizeof *list->at * (size_t)list->capacity);
  }
  list->at[list->size++] = client;
}

static void wait_for_room(client_t *client, int waits) {
  if (client->is_waiting == waits) return;
  client->is_waiting = waits;
  struct epoll_event wish = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = client};
  epoll_ctl(poller, EPOLL_CTL_MOD, client->socket, &wish);
}

static void flush(client_t *client) {
  buffer_send(&client->out, client->socket);
  wait_for_room(client, buffer_size(&client->out) > 0);
}

/* To a client that holds everything: from the shared bytes, copied only as far as the kernel does not take them. */
static void give(client_t *client, const uint8_t *bytes, size_t length) {
  if (buffer_size(&client->out) == 0) {
    ssize_t taken = send(client->socket, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken > 0) bytes += taken, length -= (size_t)taken;
  }
  if (length == 0) return;
  buffer_add(&client->out, bytes, length);
  wait_for_room(client, 1);
}

/* Each round has every symbol once, in an order of its own. */
static uint32_t next_symbol(void) {
  static uint64_t seed = 88172645463325252u;
  if (place == 0)
    for (uint32_t i = (uint32_t)symbols - 1; i > 0; i--) {
      seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
      uint32_t other = (uint32_t)(seed % (i + 1)), kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
  uint32_t symbol = order[place];
  place = (place + 1) % (uint32_t)symbols;
  return symbol;
}

static size_t make_frame(uint8_t *to, uint32_t symbol, int64_t stamp) {
  char text[TICK_BYTES];
  int length = snprintf(text, sizeof text,
                        "{\"type\":\"market_data\",\"symbol\":\"BENCH%04u\",\"exchange\":\"NSE\",\"mode\":2,\"data\":{"
                        "\"symbol\":\"BENCH%04u\",\"exchange\":\"NSE\",\"mode\":2,\"ltp\":%u,\"volume\":%ld,"
                        "\"timestamp\":%ld},\"broker\":\"bench\"}",
                        symbol + 1, symbol + 1, ++sequences[symbol], stamp, stamp / 1000);
  size_t head = frame_head(to, TEXT, (size_t)length, 0);
  memcpy(to + head, text, (size_t)length);
  return head + (size_t)length;
}

/* One turn: the frames once, then one write to each client that wants any of them. */
static void tick(int ticks, int64_t due, double micros_each) {
  size_t bytes = 0;
  int64_t now = wall(), late = elapsed() - due;
  for (int i = 0; i < ticks; i++) {
    int64_t behind = late - (int64_t)(micros_each * i);
    uint32_t symbol = next_symbol();
    size_t length = make_frame(turn + bytes, symbol, behind > GRAIN_MICROS ? now - behind : now);
    for (int c = 0; c < holders[symbol].size; c++) {
      client_t *client = holders[symbol].at[c];
      if (buffer_size(&client->out) == 0) list_add(&dirty, client);
      buffer_add(&client->out, turn + bytes, length);
    }
    bytes += length;
  }
  made += (uint64_t)ticks;
  for (int c = 0; c < all.size; c++) give(all.at[c], turn, bytes);
  for (int c = 0; c < dirty.size; c++) flush(dirty.at[c]);
  dirty.size = 0;
}

static void tick_due(void) {
  double each = 1e6 / rate;
  uint64_t due = (uint64_t)((double)(elapsed() - since) / each) - in_period;
  if (due > TURN_TICKS) due = TURN_TICKS;
  if (due == 0) return;
  tick((int)due, since + (int64_t)(each * (double)(in_period + 1)), each);
  in_period += due;
}

static int is_drained(void) {
  for (int c = 0; c < everybody.size; c++)
    if (buffer_size(&everybody.at[c]->out) > 0) return 0;
  return 1;
}

static void subscribe(client_t *client, const char *text) {
  static const char reply[] = "{\"type\":\"subscribe\",\"status\":\"success\"}";
  uint8_t head[14];
  uint8_t *held = calloc((size_t)symbols, 1);
  for (const char *at = text; (at = strstr(at, "BENCH")); at += 5) {
    int symbol = atoi(at + 5) - 1;
    if (symbol < 0 || symbol >= symbols || held[symbol]) continue;
    held[symbol] = 1;
    client->holds++;
  }
  if (client->holds == symbols) list_add(&all, client);
  else
    for (int symbol = 0; symbol < symbols; symbol++)
      if (held[symbol]) list_add(&holders[symbol], client);
  free(held);
  give(client, head, frame_head(head, TEXT, sizeof reply - 1, 0));
  give(client, (const uint8_t *)reply, sizeof reply - 1);
}

static void receive(client_t *client) {
  static uint8_t bytes[READ_BYTES];
  ssize_t got = recv(client->socket, bytes, sizeof bytes, MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return;
  /* The load client leaves all at once, when the run is over. */
  if (got <= 0) exit(0);
  buffer_add(&client->in, bytes, (size_t)got);
  buffer_t *in = &client->in;
  if (!client->is_upgraded) {
    static const char accepted[] =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    uint8_t *stop = memmem(in->bytes + in->start, buffer_size(in), "\r\n\r\n", 4);
    if (!stop) return;
    in->start = (size_t)(stop + 4 - in->bytes);
    client->is_upgraded = 1;
    give(client, (const uint8_t *)accepted, sizeof accepted - 1);
  }
  for (;;) {
    frame_t frame = frame_read(in->bytes + in->start, buffer_size(in));
    if (!frame.size) return;
    in->start += frame.size;
    if (frame.opcode != TEXT) continue;
    char *text = calloc(frame.length + 1, 1);
    memcpy(text, frame.payload, frame.length);
    for (size_t i = 0; i < frame.length; i++) text[i] ^= (char)frame.mask[i % 4];
    subscribe(client, text);
    free(text);
  }
}

static void accept_from(int listener) {
  int yes = 1, socket;
  while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    client_t *client = calloc(1, sizeof *client);
    client->socket = socket;
    list_add(&everybody, client);
    struct epoll_event wish = {.events = EPOLLIN, .data.ptr = client};
    epoll_ctl(poller, EPOLL_CTL_ADD, socket, &wish);
  }
}

static void obey(void) {
  char text[256];
  ssize_t length = read(0, text, sizeof text - 1);
  if (length <= 0) exit(0);
  text[length] = 0;
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    if (!strcmp(line, "quit")) exit(0);
    if (!strcmp(line, "count")) printf("{\"ticks\":%lu}\n", made), fflush(stdout);
    if (strncmp(line, "rate ", 5)) continue;
    floods = !strcmp(line + 5, "flood");
    rate = floods ? 0 : atof(line + 5);
    since = elapsed();
    in_period = 0;
  }
}

static int open_listener(void) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listener, (struct sockaddr *)&at, size) || listen(listener, 4096)) exit(1);
  getsockname(listener, (struct sockaddr *)&at, &size);
  printf("{\"port\":%d}\n", ntohs(at.sin_port));
  fflush(stdout);
  return listener;
}

int main(int count, char **words) {
  static struct epoll_event events[EVENTS];
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  symbols = count > 1 ? atoi(words[1]) : 100;
  holders = calloc((size_t)symbols, sizeof *holders);
  sequences = calloc((size_t)symbols, sizeof *sequences);
  order = calloc((size_t)symbols, sizeof *order);
  for (int symbol = 0; symbol < symbols; symbol++) order[symbol] = (uint32_t)symbol;
  poller = epoll_create1(0);
  int listener = open_listener();
  struct epoll_event wish = {.events = EPOLLIN, .data.ptr = &listener};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &wish);
  wish.data.ptr = NULL;
  epoll_ctl(poller, EPOLL_CTL_ADD, 0, &wish);
  for (;;) {
    int active = epoll_wait(poller, events, EVENTS, floods ? 0 : rate > 0 ? 1 : -1);
    for (int i = 0; i < active; i++) {
      client_t *client = events[i].data.ptr;
      if (!client) obey();
      else if ((void *)client == (void *)&listener) accept_from(listener);
      else {
        if (events[i].events & EPOLLOUT) flush(client);
        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(client);
      }
    }
    if (rate > 0) tick_due();
    if (floods && is_drained()) tick(FLOOD_TICKS, elapsed(), 0);
  }
}
