export function Lag() {
  return <section class="lag" aria-label="Lag" />
}
