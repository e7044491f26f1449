export function Playground() {
  return <section class="playground" aria-label="Playground" />
}
