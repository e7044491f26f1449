export function Log() {
  return <section class="log" aria-label="Log" />
}
