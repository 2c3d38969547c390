#!/usr/bin/env node
import { ensureInstalled, root, runPinned } from '../tools/bootstrap.mjs'

ensureInstalled()
runPinned([`${root}/apps/cli/src/main.ts`, ...process.argv.slice(2)])
