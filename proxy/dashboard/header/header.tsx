export function Header() {
  return <section class="header" aria-label="Header" />
}
