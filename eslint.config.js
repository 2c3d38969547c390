import js from '@eslint/js'
import nx from '@nx/eslint-plugin'
import { defineConfig, globalIgnores } from 'eslint/config'
import globals from 'globals'
import tseslint from 'typescript-eslint'
import rooms from './tools/rooms.json' with { type: 'json' }

const TESTS = ['**/*.test.ts', '**/*-fixture.ts', '**/testing/**']
const MAINS = [
  '**/main.ts',
  'apps/**',
  'libs/embedded/**',
  'tools/*.ts',
  'tools/bench/**',
  'tools/faults/**',
  'tools/images/**',
  'tools/servers/**',
]

/** The imports that tools/rooms.json allows, as the Nx rule wants them. */
const boundaries = ({ tests }) => [
  'error',
  {
    depConstraints: Object.entries(rooms).map(([name, room]) => ({
      sourceTag: `room:${name}`,
      onlyDependOnLibsWithTags: [
        ...[name, ...room.imports, ...(room.types ?? [])],
        ...(tests ? ['testkit', ...(room.tests ?? [])] : []),
      ].map(to => `room:${to}`),
      ...(room.vendors || tests ? {} : { bannedExternalImports: ['*'] }),
    })),
    // The testkit imports a room, and that room's tests import the testkit.
    ignoredCircularDependencies: rooms.testkit.imports.map(room => [
      '@explore/testkit',
      `@explore/${room}`,
    ]),
  },
]

const CLOCK_AND_DICE = [
  ['Date', 'now'],
  ['Math', 'random'],
].map(([object, property]) => ({
  object,
  property,
  message: 'Time and chance are arguments: only mains read the clock and roll the dice.',
}))

const NEW_DATE = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'Time is an argument: only mains read the clock.',
}

const SILENT_SKIP = {
  selector:
    'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|skipIf|runIf|todo)$/]',
  message: "Run it, or tell why not: it('…', ({ skip }) => skip(condition, 'reason')).",
}

export default defineConfig(
  globalIgnores(['**/node_modules', '.nx', '.explore', 'coverage']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  tseslint.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
    },
  },
  { files: ['**/*.mjs', '*.js'], languageOptions: { globals: globals.node } },
  { files: ['apps/web/public/**'], languageOptions: { globals: globals.browser } },
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ tests: false }),
      '@typescript-eslint/await-thenable': ['error', { allowMixedPromiseArrays: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // {} is the slate without columns, and the stage that adds none.
      '@typescript-eslint/no-empty-object-type': ['error', { allowObjectTypes: 'always' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      // Node strips types alone: `import { type A } from 'x'` would still load x.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-properties': ['error', ...CLOCK_AND_DICE],
      'no-restricted-syntax': ['error', NEW_DATE],
    },
  },
  {
    files: MAINS,
    rules: { 'no-restricted-properties': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    files: TESTS,
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ tests: true }),
      '@typescript-eslint/no-explicit-any': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-syntax': ['error', SILENT_SKIP],
    },
  },
  {
    // A store may expire values by its own clock, which cannot be given: suites wait for it.
    files: ['libs/testkit/src/contracts/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // The engine holds stages of any columns; its own types give them back to the caller.
    files: ['libs/pipeline/**'],
    rules: { '@typescript-eslint/no-explicit-any': 'off' },
  },
)
