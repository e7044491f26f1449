export function Chart() {
  return <section class="chart" aria-label="Chart" />
}
