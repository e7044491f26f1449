import { render } from 'preact'
import { App } from './app.tsx'
import { dress } from './appearance.ts'
import { open } from './desk.ts'
import { keepLag } from './lag/keep.ts'
import { keepNotices } from './log/keep.ts'
import { hearTab } from './settings.ts'
import './theme.css'
import './controls.css'
import './desk.css'

dress(document.documentElement)
addEventListener('storage', hearTab)
keepNotices()
keepLag()
const page = document.getElementById('page')
// Whether somebody is signed in is known before anything is drawn: nothing flashes.
await open()
if (page) render(<App />, page)
