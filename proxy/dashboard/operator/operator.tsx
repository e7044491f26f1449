export function Operator() {
  return <section class="operator" aria-label="Operator" />
}
