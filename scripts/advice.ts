import { type Carrier, modeFor, type Verdict, verdictOf, type Wish } from './capacity.ts'

const MODES = ['DEPTH', 'QUOTE', 'LTP'] as const

/** What would do where no feed carries it alone. `others`: accounts one could have besides, if any. Pure. */
export function advise(
  wish: Wish,
  carriers: readonly Carrier[],
  verdicts: readonly Verdict[],
  others: readonly Carrier[],
): string[] {
  const advice: string[] = []
  const able = verdicts.flatMap(({ feed, free = 0, mode }) => (mode && free > 0 ? [{ feed, free }] : []))
  const most = Math.max(0, ...able.map(({ free }) => free))
  const all = able.reduce((sum, { free }) => sum + free, 0)
  if (all >= wish.count && able.length > 1)
    advice.push(
      `split them: ${able.map(({ feed, free }) => `${free} by ${feed}`).join(', ')}, each by a key of its own: tickwire key create LABEL --feeds NAME`,
    )
  if (most > 0) advice.push(`fewer: tickwire plan ${most} ${words(wish)}`)
  for (const mode of MODES.slice(MODES.indexOf(wish.mode) + (wish.depth ? 0 : 1))) {
    const lower: Wish = { ...wish, mode, depth: undefined }
    const by = carriers.find(carrier => verdictOf(carrier, lower).can)
    if (!by) continue
    advice.push(`${mode.toLowerCase()}: ${by.name} can; tickwire plan ${wish.count} ${words(lower)}`)
    break
  }
  const accounts = others.filter(other => verdictOf(other, wish).can).map(({ name }) => name)
  if (accounts.length > 0) advice.push(`another account: tickwire account add ${accounts.join(', or ')}`)
  else if ([...carriers, ...others].some(({ modes }) => modeFor(modes, wish) !== undefined))
    advice.push(
      'no account of one broker carries that many in this mode; several of them do: tickwire account add BROKER --name NAME',
    )
  else advice.push('no broker that is built in offers this mode')
  return advice
}

const words = ({ mode, depth, exchange }: Wish): string =>
  [
    mode.toLowerCase(),
    ...(depth === undefined ? [] : ['--depth', depth]),
    ...(exchange ? ['--exchange', exchange] : []),
  ].join(' ')
