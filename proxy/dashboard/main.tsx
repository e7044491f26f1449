import { render } from 'preact'
import { App } from './app.tsx'
import { open } from './desk.ts'
import './theme.css'
import './desk.css'

const page = document.getElementById('page')
if (page) render(<App />, page)
void open()
