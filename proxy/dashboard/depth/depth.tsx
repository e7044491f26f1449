export function Depth() {
  return <section class="depth" aria-label="Depth" />
}
