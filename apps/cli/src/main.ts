import { Command, CommanderError } from 'commander'
import { addCommands } from './commands/index.ts'
import { EXIT, fail } from './fail.ts'

// bin/explore.mjs is gone, however it went: nobody is left who could stop this process.
process.channel?.unref()
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// The reader may have seen enough: `explore settings | head`.
for (const out of [process.stdout, process.stderr]) {
  out.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

// Before the commands, which inherit it.
const program = addCommands(new Command('explore').exitOverride())
try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : EXIT.usage)
  process.exitCode = fail(error, process.argv.includes('--json'))
}
