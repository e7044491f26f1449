/** The known word nearest to a mistyped one, if one is near enough to be meant. */
function closest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(2, Math.floor(word.length / 4)) + 1
  for (const candidate of known) {
    const away = distance(word, candidate)
    if (away < least) [best, least] = [candidate, away]
  }
  return best
}

export const didYouMean = (word: string, known: Iterable<string>): string => {
  const near = closest(word, known)
  return near === undefined ? '' : `; did you mean ${near}?`
}

/** Levenshtein: insertions, deletions and replacements. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replace = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replace, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
