export function SignIn() {
  return <section class="signin" aria-label="SignIn" />
}
