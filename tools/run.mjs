// `npm test` and `npm run check`: installs for itself, then runs each step on the pinned Node.
import { spawnSync } from 'node:child_process'
import { ensureInstalled, pinnedNode, root } from './bootstrap.mjs'

const STEPS = {
  test: [['tests', ['node_modules/vitest/vitest.mjs', 'run']]],
  check: [
    ['format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.']],
    ['lint', ['node_modules/nx/bin/nx.js', 'run-many', '-t', 'lint', '--outputStyle=static']],
    ['types', ['node_modules/typescript/bin/tsc', '-p', '.']],
    ['architecture', ['node_modules/vitest/vitest.mjs', 'run', 'tools/architecture.test.ts']],
    ['dead code', ['node_modules/knip/bin/knip.js']],
    ['docs', ['tools/docs.ts', '--check']],
  ],
}

const [command, ...rest] = process.argv.slice(2)
const steps = STEPS[command]
if (steps === undefined) {
  console.error(`explore: there is no ${command}: use ${Object.keys(STEPS).join(' or ')}`)
  process.exit(2)
}
ensureInstalled()
let failed = 0
for (const [name, args] of steps) {
  if (steps.length > 1) console.log(`── ${name}`)
  const step = spawnSync(pinnedNode, [...args, ...rest], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
  })
  if (step.status !== 0) {
    failed++
    console.error(`explore: ${name} failed`)
  }
}
process.exit(failed === 0 ? 0 : 1)
