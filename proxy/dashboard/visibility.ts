import { signal } from '@preact/signals'

/** Whether somebody can see the page. While not, the connection is kept and nothing else is done. */
export const isShown = signal(document.visibilityState === 'visible')

document.addEventListener('visibilitychange', () => {
  isShown.value = document.visibilityState === 'visible'
})
