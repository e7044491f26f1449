/** Aborts at Ctrl-C and at SIGTERM: what goes on until then ends with its summary. */
export function untilInterrupted(): AbortController {
  const end = new AbortController()
  const stop = () => end.abort()
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return end
}
