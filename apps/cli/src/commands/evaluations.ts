import { EVALUATIONS, type EvaluationName } from '@explore/evaluate/evaluations'
import type { EvaluationEntry } from '@explore/evaluate'
import type { Command, Option } from 'commander'
import { wholeNumber } from './whole-number.ts'

/** Declares `explore evaluate …`: one command for each evaluation, with its own flags. */
export const addEvaluations = (program: Command, home: Option): void => {
  const group = program
    .command('evaluate')
    .description('measure models and funnel beside baselines, on data or in the simulated world')
  const reporting = (name: string, description: string): Command =>
    group
      .command(name)
      .description(description)
      .addOption(home)
      .option('--json', 'one JSON document on stdout, progress on stderr')

  for (const [name, entry] of Object.entries<EvaluationEntry>(EVALUATIONS)) {
    const command = reporting(name, entry.summary)
      .option(
        '--data <dir>',
        "data to measure on, as `explore import` takes it (default: the home's log)",
      )
      .option('--mapping <name|file>', 'how to read it (default: what the folder looks like)')
      .option('--protocol <name>', Object.keys(entry.protocols).join(', '))
      .option('--seeds <n>', 'runs of what is trained', wholeNumber(1), 1)
    for (const { usage, help } of entry.flags) command.option(usage, help)
    const protocols = Object.entries(entry.protocols).map(
      ([key, what]) => `  ${key.padEnd(14)} ${what}`,
    )
    command
      .addHelpText('after', `\nProtocols:\n${protocols.join('\n')}`)
      .action(async options =>
        (await import('./evaluate.ts')).evaluate(name as EvaluationName, options),
      )
  }

  reporting('world', 'the funnel, its ablations and baselines in the simulated world')
    .option('--seeds <n>', 'paired runs', wholeNumber(1), 5)
    .option('--days <n>', 'simulated days of each run', wholeNumber(1), 3)
    .option('--users <n>', 'viewers who visit', wholeNumber(1), 400)
    .option('--items <n>', 'items of the world', wholeNumber(1), 20000)
    .option('--population <n>', 'users in the history', wholeNumber(1), 3000)
    .option('--seed <n>', 'seed of the world and the training', wholeNumber(0), 1)
    .option(
      '--arms <names>',
      'only these besides random, popular, funnel and oracle, comma separated',
    )
    .addHelpText('after', '\nExample:\n  explore evaluate world --seeds 5 --json > world.json')
    .action(async options => (await import('./evaluate-world.ts')).evaluateWorld(options))
}
