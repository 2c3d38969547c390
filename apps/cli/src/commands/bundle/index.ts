import type { Command } from 'commander'
import { wholeNumber } from '../whole-number.ts'

/** Declares a command below `bundle`; given by whoever adds the options that every command has. */
type Declare = (usage: string, description: string, example?: string) => Command

/** The bundles of a home: what there is, what serves, what may. Code is loaded when a command runs. */
export const addBundleCommands = (declare: Declare): void => {
  declare('list', 'every bundle, which one serves, what was decided about each').action(
    async options => (await import('./list.ts')).list(options),
  )

  declare(
    'show [bundle]',
    'one bundle (current): metrics, files, decisions',
    'explore bundle show latest',
  ).action(async (name = 'current', options) => (await import('./show.ts')).show(name, options))

  declare(
    'verify [bundles...]',
    'load bundles (all) as a server would: checksums, signature, models',
    'explore bundle verify current previous',
  ).action(async (names, options) => (await import('./verify.ts')).verify(names, options))

  declare(
    'diff <a> <b>',
    'what two bundles do not have in common',
    'explore bundle diff previous current',
  ).action(async (a, b, options) => (await import('./diff.ts')).diff(a, b, options))

  declare(
    'promote <bundle>',
    'let a bundle serve if it passes the gates; a running server takes it over',
    'explore bundle promote latest',
  )
    .option('--force', 'whatever the gates say; this is recorded')
    .action(async (name, options) => (await import('./promote.ts')).promote(name, options))

  declare('rollback', 'go back to the bundle that served before').action(async options =>
    (await import('./promote.ts')).rollback(options),
  )

  declare(
    'prune',
    'remove old bundles, never the one that serves nor the one before',
    'explore bundle prune --keep 3 --dry-run',
  )
    .option('--keep <n>', 'newest bundles to keep', wholeNumber(0), 5)
    .option('--dry-run', 'only say what would be removed')
    .action(async options => (await import('./prune.ts')).prune(options))

  declare(
    'push [bundle]',
    'put a bundle (current) into the store that EXPLORE_BUNDLES names, and have it serve there',
    'EXPLORE_BUNDLES=s3://models/explore explore bundle push',
  ).action(async (name = 'current', options) => (await import('./store.ts')).push(name, options))

  declare(
    'pull [bundle]',
    'fetch a bundle (the one that serves there) from that store, check it, have it serve here',
    'EXPLORE_BUNDLES=s3://models/explore explore bundle pull',
  ).action(async (name, options) => (await import('./store.ts')).pull(name, options))

  declare(
    'skew',
    'compare logged features of served pages with what training makes of the log, bit by bit',
    'explore settings features.logShare=0.01   (then, some pages later)\n  explore bundle skew',
  ).action(async options => (await import('./skew.ts')).skew(options))

  declare(
    'import',
    'make a bundle of one that there is and of ONNX models that others trained',
    'explore bundle import --model second-stage=mine.onnx\n  explore bundle promote latest',
  )
    .requiredOption(
      '--model <name=file>',
      'retrieval-user, retrieval-item, first-user, first-item or second-stage; may be repeated',
      (value: string, before: readonly string[] = []) => [...before, value],
    )
    .option('--from <bundle>', 'where all other parts come from', 'current')
    .action(async options => (await import('./import.ts')).importCommand(options))
}
