import { effect, signal } from '@preact/signals'
import { polling, stream } from './desk.ts'
import { dataLink } from './pill.ts'
import { density, palette, theme } from './settings.ts'

const prefersLight = matchMedia('(prefers-color-scheme: light)')
const systemIsLight = signal(prefersLight.matches)
prefersLight.addEventListener('change', ({ matches }) => {
  systemIsLight.value = matches
})

/** What the root of the document says, for styles: colours, density, and how the connection is. */
export function dress(root: HTMLElement): void {
  effect(() => {
    const fromSystem = systemIsLight.value ? 'light' : 'dark'
    root.dataset.theme = theme.value === 'system' ? fromSystem : theme.value
  })
  effect(() => {
    root.dataset.density = density.value
    root.dataset.palette = palette.value
  })
  effect(() => {
    const link = dataLink(stream.link.value, polling.state.value)
    if (link) root.dataset.link = link
    else delete root.dataset.link
  })
}
