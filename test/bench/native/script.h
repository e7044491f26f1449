/* What the clients do before the measurement: a text file, one step in a line.
 *   clients COUNT KIND   begins a group; KIND: reader, stopped (reads nothing any more), slow (one byte a second),
 *                        flooding (reads, and repeats its last message all the time)
 *   send TEXT            a text message; \r and \n in it are a carriage return and a line feed
 *   expect TEXT          waits for a message that contains it */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { READER, STOPPED, SLOW, FLOODING } kind_t;

typedef struct {
  int is_send;
  char *text;
  size_t length;
} step_t;

typedef struct {
  kind_t kind;
  int clients, size;
  step_t *steps;
} group_t;

typedef struct {
  group_t *groups;
  int size, clients;
} script_t;

static inline void script_fail(const char *line) {
  fprintf(stderr, "cannot read this line of the script: %.60s\n", line);
  exit(2);
}

static inline kind_t script_kind(const char *name) {
  static const char *const NAMES[] = {"reader", "stopped", "slow", "flooding"};
  for (int kind = READER; kind <= FLOODING; kind++)
    if (!strcmp(name, NAMES[kind])) return (kind_t)kind;
  script_fail(name);
  return READER;
}

static inline size_t script_unescape(char *text) {
  char *to = text;
  for (const char *from = text; *from; from++) {
    if (from[0] != '\\' || (from[1] != 'r' && from[1] != 'n')) *to++ = *from;
    else *to++ = *++from == 'r' ? '\r' : '\n';
  }
  *to = 0;
  return (size_t)(to - text);
}

static inline script_t script_read(const char *path) {
  script_t script = {0};
  char *line = NULL, kind[16];
  size_t capacity = 0;
  ssize_t length;
  int clients;
  FILE *file = fopen(path, "r");
  if (!file) script_fail(path);
  while ((length = getline(&line, &capacity, file)) > 0) {
    if (line[length - 1] == '\n') line[--length] = 0;
    if (sscanf(line, "clients %d %15s", &clients, kind) == 2) {
      /* Doubled when full: sizes of a power of two. */
      if ((script.size & (script.size - 1)) == 0)
        script.groups = realloc(script.groups, sizeof(group_t) * (size_t)(script.size ? script.size * 2 : 1));
      script.groups[script.size++] = (group_t){.kind = script_kind(kind), .clients = clients};
      script.clients += clients;
      continue;
    }
    int is_send = !strncmp(line, "send ", 5);
    if (script.size == 0 || (!is_send && strncmp(line, "expect ", 7))) script_fail(line);
    group_t *group = &script.groups[script.size - 1];
    char *text = strdup(line + (is_send ? 5 : 7));
    group->steps = realloc(group->steps, sizeof(step_t) * (size_t)(group->size + 1));
    group->steps[group->size++] = (step_t){is_send, text, script_unescape(text)};
  }
  free(line);
  fclose(file);
  return script;
}
