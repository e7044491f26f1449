export function ServerLag() {
  return null
}
