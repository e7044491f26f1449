const SHUTDOWN: Readonly<Record<string, string>> = {
  restart: 'The server restarts and will be back in a moment',
  stop: 'The server was stopped by the person who runs it',
}

/** What `server_shutdown` says, in words. */
export const shutdownWords = (reason: string): string => SHUTDOWN[reason] ?? `The server ends: ${reason}`
