import { atIndian } from '../../../../shared/market/india.ts'

/** `2026-08-03 15:17` in India. */
export function at(text: string): number {
  const [date = '', time = ''] = text.split(' ')
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return atIndian(date, hours * 60 + minutes)
}
