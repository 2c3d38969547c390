// `npm test`, `npm run check` and the like: installs for itself, then runs each step on the pinned Node.
import { spawnSync } from 'node:child_process'
import { ensureInstalled, environment, failToRun, pinnedNode, root } from './bootstrap.mjs'

const VITEST = 'node_modules/vitest/vitest.mjs'
const PRETTIER = 'node_modules/prettier/bin/prettier.cjs'

const COMMANDS = {
  install: [],
  image: [['image', 'tools/images/src/main.ts']],
  test: [['tests', VITEST, 'run']],
  'test:faults': [['faults', 'tools/faults/src/main.ts']],
  'test:alerts': [['alerts', VITEST, 'run', 'apps/cli/src/alerts.test.ts']],
  'test:cluster': [
    ['cluster', VITEST, 'run', 'tools/chart/cluster.test.ts', 'tools/chart/release.test.ts'],
  ],
  'test:compose': [['compose', VITEST, 'run', 'tools/compose-up.test.ts']],
  'test:fuzz': [['fuzz', VITEST, 'run', 'fuzz.test', '--testTimeout=600000']],
  check: [
    ['format', PRETTIER, '--check', '--log-level=warn', '.'],
    ['lint', 'node_modules/nx/bin/nx.js', 'run-many', '-t', 'lint', '--outputStyle=static'],
    ['types', 'node_modules/typescript/bin/tsc', '-p', '.'],
    ['architecture', VITEST, 'run', 'tools/architecture.test.ts'],
    ['dead code', 'node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'],
    ['docs', 'tools/docs.ts', '--check'],
    ['protos', 'tools/protos.ts', '--check'],
    ['dependencies', 'tools/dependencies.ts'],
  ],
  format: [['format', PRETTIER, '--write', '--log-level=warn', '.']],
  docs: [['docs', 'tools/docs.ts']],
  protos: [['protos', 'tools/protos.ts']],
}

/** How tests that are not part of `npm test` hear that they are asked for. */
const ASKED = {
  'test:fuzz': { EXPLORE_FUZZ: '10000' },
  'test:alerts': { EXPLORE_ALERTS: '1' },
  'test:cluster': { EXPLORE_CLUSTER: '1' },
  'test:compose': { EXPLORE_COMPOSE: '1' },
}

const [command, ...rest] = process.argv.slice(2)
const steps = COMMANDS[command]
if (steps === undefined) {
  console.error(`explore: there is no ${command}: use ${Object.keys(COMMANDS).join(', ')}`)
  process.exit(2)
}
ensureInstalled()
const results = steps.map(([name, ...args]) => {
  if (steps.length > 1) console.log(`── ${name}`)
  const start = Date.now()
  const step = spawnSync(pinnedNode, steps.length > 1 ? args : [...args, ...rest], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...ASKED[command],
      ...environment,
      NX_DAEMON: 'false',
      NX_TUI: 'false',
    },
  })
  if (step.error) failToRun(step.error)
  return { name, passed: step.status === 0, seconds: ((Date.now() - start) / 1000).toFixed(1) }
})
const failed = results.filter(({ passed }) => !passed)
if (steps.length > 1) {
  const lines = results.map(
    ({ name, passed, seconds }) => `${passed ? 'passed' : 'FAILED'}  ${name}, ${seconds} s`,
  )
  console.log(`── ${command}\n${lines.join('\n')}`)
  console.log(`${results.length - failed.length} passed, ${failed.length} failed, 0 skipped`)
}
process.exit(failed.length === 0 ? 0 : 1)
