import type { Rest } from '../worklist.ts'
import type { Question, Registry, Verdict } from './register.ts'

/** Asks, and rests until the answer is there, which may be at once. */
export function* asked(registry: Registry, question: Question): Generator<Rest, Verdict> {
  let verdict: Verdict | undefined
  let wake = () => {}
  registry.ask(question, answer => {
    verdict = answer
    wake()
  })
  while (!verdict)
    yield next => {
      wake = next
    }
  return verdict
}
