import { type Command, Option } from 'commander'
import { wholeNumber } from './whole-number.ts'

/** Declares what operators run now and then: viewers' data, backups, sizing. */
export const addOperating = (
  program: Command,
  under: (parent: Command, usage: string, description: string) => Command,
): void => {
  const user = program.command('user').description('what is held about a viewer')
  under(user, 'export <id>', 'all of it, as JSON').action(async (id, options) =>
    (await import('./user.ts')).userExport(id, options),
  )
  under(
    user,
    'forget <id>',
    'remove it from profiles, state, pages, log, features and snapshots; the next training has never seen them',
  )
    .addHelpText('after', '\nExample:\n  explore user forget u17')
    .action(async (id, options) => (await import('./user.ts')).userForget(id, options))

  under(
    program,
    'backup <dir>',
    'copy all that cannot be made anew into a new folder; everything serves on',
  )
    .addHelpText('after', '\nExample:\n  explore backup /backups/2027-01-31')
    .action(async (dir, options) => (await import('./backup.ts')).backup(dir, options))
  under(
    program,
    'restore <dir>',
    'put a backup into an empty home and an empty Redis, and catch up',
  )
    .addOption(new Option('--only <part>', 'where the other is sound').choices(['home', 'redis']))
    .option('--check', 'read all of the backup, and restore nothing')
    .addHelpText(
      'after',
      '\nExample:\n  explore restore /backups/2027-01-31 --home /var/lib/explore',
    )
    .action(async (dir, options) => (await import('./backup.ts')).restore(dir, options))

  program
    .command('plan')
    .description('how many of what a load takes, from what a page costs')
    .requiredOption('--rps <n>', 'pages a second at peak', wholeNumber(1))
    .requiredOption('--items <n>', 'of the catalogue', wholeNumber(1))
    .requiredOption('--users <n>', 'with a state', wholeNumber(1))
    .option('--events <n>', 'a second at peak (default: 25 for each page)', wholeNumber(1))
    .option(
      '--costs <file>',
      'what `explore bench plan --json` printed (default: this project’s own)',
    )
    .option('--values', 'values for the Helm chart')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  explore plan --rps 300 --items 1000000 --users 5000000')
    .action(async options => (await import('./plan.ts')).plan(options))
}
