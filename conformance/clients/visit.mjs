// A visitor of a website of `docs/integrating.md`: begins at its login and prints the page where it ends. Reads who and where
// from standard input, as JSON.

import { readFileSync } from 'node:fs'
import { visit } from './browser.mjs'

const told = JSON.parse(readFileSync(0, 'utf8'))
console.log(JSON.stringify({ page: await visit(told.login, told) }))
