import { execFileSync } from 'node:child_process'
import { ROOT } from './source.ts'

/** Tests of processes run what a user runs, the compiled program: it must never be older than the source. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
}
