/* One client's socket: what it waits for, what it sends. */
#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "buffer.h"
#include "frame.h"
#include "script.h"

typedef struct {
  int socket, step, is_ready, is_upgraded;
  const group_t *group;
  buffer_t rest, out;
  uint32_t *last;
} client_t;

static int poller;

static inline void listen_for(client_t *client) {
  int reads = !client->is_ready || client->group->kind == READER || client->group->kind == FLOODING;
  struct epoll_event wish = {.events = reads ? EPOLLIN : 0, .data.ptr = client};
  if (buffer_size(&client->out)) wish.events |= EPOLLOUT;
  epoll_ctl(poller, EPOLL_CTL_MOD, client->socket, &wish);
}

static inline void say(client_t *client, int opcode, const void *text, size_t length) {
  uint8_t head[14];
  buffer_add(&client->out, head, frame_head(head, opcode, length, 1));
  buffer_add(&client->out, text, length);
  buffer_send(&client->out, client->socket);
  if (buffer_size(&client->out)) listen_for(client);
}

static inline void dial(client_t *client, int port) {
  int yes = 1, small = 4096;
  /* Closed without TIME_WAIT: runs of many thousand clients follow each other. */
  struct linger gone = {1, 0};
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  client->socket = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(client->socket, SOL_SOCKET, SO_LINGER, &gone, sizeof gone);
  if (client->group->kind == STOPPED || client->group->kind == SLOW)
    setsockopt(client->socket, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  if (client->socket < 0 || connect(client->socket, (struct sockaddr *)&to, sizeof to)) {
    perror("connect");
    exit(2);
  }
  fcntl(client->socket, F_SETFL, O_NONBLOCK);
  struct epoll_event wish = {.events = EPOLLIN, .data.ptr = client};
  epoll_ctl(poller, EPOLL_CTL_ADD, client->socket, &wish);
}
