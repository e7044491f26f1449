export function Feeds() {
  return <section class="feeds" aria-label="Feeds" />
}
