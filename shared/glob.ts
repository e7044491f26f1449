/**
 * Whether a whole text fits a pattern, where `*` stands for any text and `?` for one character. Goes back to the last
 * star only, never further: no pattern costs more than its length for each character of the text.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const glob = pattern.replace(/\*+/g, '*')
  return text => {
    let at = 0
    let place = 0
    let star = -1
    let resumeAt = 0
    while (at < text.length) {
      const wanted = glob[place]
      if (wanted === '*') {
        star = place++
        resumeAt = at
      } else if (wanted === '?' || wanted === text[at]) {
        at++
        place++
      } else if (star >= 0) {
        place = star + 1
        at = ++resumeAt
      } else return false
    }
    return place === glob.length || (place === glob.length - 1 && glob[place] === '*')
  }
}
