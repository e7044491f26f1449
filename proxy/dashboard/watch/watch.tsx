export function Watch() {
  return <section class="watch" aria-label="Watch" />
}
