import { Command, CommanderError } from 'commander'
import { fail } from './fail.ts'
import { addCommands } from './commands/index.ts'

process.channel?.unref()
const program = addCommands(new Command('explore'))
try {
  await program.exitOverride().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2)
  process.exitCode = fail(error, process.argv.includes('--json'))
}
