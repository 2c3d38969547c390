import { ExploreError } from '@explore/explore'
import { type Command, Option } from 'commander'
import { VERSION } from '../version.ts'
import { addBundleCommands } from './bundle/index.ts'
import { addEvaluations } from './evaluations.ts'
import { addOperating } from './operating.ts'
import { wholeNumber } from './whole-number.ts'

const homeOption = new Option('--home <dir>', 'the folder that holds all state')
  .env('EXPLORE_HOME')
  .default('.explore')

/**
 * Declares every command. Their code is loaded when they run: `explore --help` must not wait for ONNX Runtime.
 */
export const addCommands = (program: Command): Command => {
  program
    .description(
      'A self-hosted Explore page: retrieval, first stage, second stage, value model, reranking.',
    )
    .version(VERSION)
    .showHelpAfterError()
    .addHelpText(
      'after',
      `
Examples:
  explore start                             demo world, models, REST on port 8080
  explore import data/ --mapping kuairand   real data into a fresh home
  explore train                             models from what the log has
  explore fleet --shards 2                  the same as services over gRPC
  explore page 712 --explain                a page, and why it is as it is
  echo '{"userId":"u1","itemId":"m1","type":"like"}' | explore events -

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 home or port in use, 4 bad data;
128 and the signal's number when one ended it.`,
    )

  const command = (usage: string, description: string, parent = program): Command =>
    parent.command(usage).description(description).addOption(homeOption)
  const under = (parent: Command, usage: string, description: string): Command =>
    command(usage, description, parent).option(
      '--json',
      'one JSON document on stdout, progress on stderr',
    )
  const reporting = (usage: string, description: string): Command =>
    under(program, usage, description)

  command('start', 'prepare what the home lacks, then serve REST until Ctrl-C')
    .addOption(
      new Option('--host <address>', 'address to listen on')
        .env('EXPLORE_HOST')
        .default('127.0.0.1'),
    )
    .addOption(
      new Option('--port <port>', 'port to listen on, 0 for any')
        .env('EXPLORE_PORT')
        .argParser(wholeNumber(0, 65_535))
        .default(8080),
    )
    .addOption(
      new Option('--grpc-port <port>', 'port of the gRPC edge, 0 for any (default: none)')
        .env('EXPLORE_GRPC_PORT')
        .argParser(wholeNumber(0, 65_535)),
    )
    .addOption(
      new Option('--threads <n>', 'page threads (default: one per core)')
        .env('EXPLORE_THREADS')
        .argParser(wholeNumber(1, 256)),
    )
    .option('--no-serve', 'end when all is prepared')
    .option('--no-demo', 'leave an empty home empty')
    .option('--demo-items <n>', 'items of the demo world', wholeNumber(1), 20000)
    .option('--demo-users <n>', 'users of the demo world', wholeNumber(1), 3000)
    .option('--seed <n>', 'seed of the demo world and the training', wholeNumber(0), 1)
    .addHelpText(
      'after',
      '\nExample:\n  explore start --home /var/lib/explore --port 9000 --no-demo',
    )
    .action(async options => (await import('./start.ts')).start(options))

  const addressOptions = (to: Command, port: string): Command =>
    to
      .addOption(
        new Option('--host <address>', 'address to listen on')
          .env('EXPLORE_HOST')
          .default('127.0.0.1'),
      )
      .addOption(
        new Option('--port <port>', port).env('EXPLORE_PORT').argParser(wholeNumber(0, 65_535)),
      )
  addressOptions(
    command('serve <service>', "serve one of the funnel's services, or the gateway, until Ctrl-C"),
    'port to listen on, 0 for any (default: the service’s own)',
  )
    .option('--shard <part/of>', 'of the index: 0/2 is the first of two')
    .addHelpText('after', '\nExample:\n  explore serve ann-index --shard 1/2 --port 7111')
    .action(async (service, options) => (await import('./serve.ts')).serve(service, options))

  addressOptions(
    command('fleet', 'serve the whole funnel as services on this machine, until Ctrl-C'),
    'port of the gateway (default: 8080)',
  )
    .option('--shards <n>', 'of the index', wholeNumber(1, 64), 1)
    .option('--first-port <port>', 'of the services, which follow it', wholeNumber(1, 65_000), 7101)
    .addHelpText('after', '\nExample:\n  explore fleet --shards 2')
    .action(async options => (await import('./fleet.ts')).fleet(options))

  reporting('import <paths...>', 'import CSV, JSONL or Parquet files, all or nothing')
    .option(
      '--mapping <name|file>',
      'how to read them: generic, kuairand, or a mapping file',
      'generic',
    )
    .option(
      '--max-rejects <n>',
      'bad rows that are put aside before the import stops',
      wholeNumber(0),
      0,
    )
    .addHelpText(
      'after',
      '\nExample:\n  explore import items.jsonl users.jsonl events.csv.gz --max-rejects 100',
    )
    .action(async (paths, options) => (await import('./import.ts')).importCommand(paths, options))

  reporting('train', 'train all models on the log into a bundle, promote it if it passes the gates')
    .option('--seed <n>', 'the same seed and log give the same bundle', wholeNumber(0), 1)
    .option(
      '--full',
      'the larger second stage whatever the size of the log, a first stage taught by more',
    )
    .option(
      '--from <bundle>',
      'go on from a bundle, or from `current`, with what happened since: an hourly job',
    )
    .option(
      '--events <n>',
      'train on so many of the latest events; the others are folded only',
      wholeNumber(1),
      5_000_000,
    )
    .option('--force', 'promote it whatever the gates say; this is recorded')
    .addHelpText(
      'after',
      `
Cut short, by Ctrl-C or a crash, the same command goes on where it was.

Examples:
  explore train
  explore train --from current`,
    )
    .action(async options => (await import('./train.ts')).train(options))

  reporting(
    'precompute',
    'long-term interests, popular lists and whole pages ahead of requests: a daily job',
  ).action(async options => (await import('./precompute.ts')).precompute(options))

  reporting(
    'export <what>',
    'as Parquet with its schema; examples: what the models are trained on; impressions: what was served over a Kafka, and what came of it',
  )
    .requiredOption('--out <dir>', 'a folder that holds no export yet')
    .addHelpText('after', '\nExample:\n  explore export examples --out examples/')
    .action(async (what, options) => {
      const { exportExamples, exportImpressions } = await import('./export.ts')
      if (what === 'examples') return exportExamples(options)
      if (what === 'impressions') return exportImpressions(options)
      throw new ExploreError('USAGE', `there is no export ${what}: examples, impressions`)
    })

  const bundle = program
    .command('bundle')
    .description('the trained models: list, promote, roll back')
  addBundleCommands((usage, description, example) => {
    const declared = bundle
      .command(usage)
      .description(description)
      .addOption(homeOption)
      .option('--json', 'one JSON document on stdout, progress on stderr')
    return example === undefined
      ? declared
      : declared.addHelpText('after', `\nExample:\n  ${example}`)
  })

  reporting('page <user>', "draw a viewer's page, from the running server or the home at rest")
    .option('--limit <n>', 'items')
    .option('--cursor <cursor>', 'nextCursor of the page before')
    .option('--surface <name>', 'where the page is shown')
    .option('--explain', "the funnel's counts and each item's reasons")
    .option('--explain-item <id>', 'why this item is not on the page')
    .addHelpText('after', '\nExample:\n  explore page u17 --limit 10 --explain --explain-item m42')
    .action(async (user, options) => (await import('./page.ts')).page(user, options))

  reporting(
    'events <file>',
    'send events, one JSON object a line, from a file or - for standard input',
  ).action(async (file, options) => (await import('./events.ts')).events(file, options))

  reporting(
    'settings [changes...]',
    'list the settings, or change some: key=value, key= for the default',
  )
    .addHelpText(
      'after',
      '\nExample:\n  explore settings sources.trending.weight.new=5 page.limit=',
    )
    .action(async (changes, options) => (await import('./settings.ts')).settings(changes, options))

  reporting(
    'wire <message> <file>',
    'read a recorded message between services, or - for standard input: columns as rows, and what is wrong with them',
  )
    .option('--request <file>', 'beside an answer: what was asked, which names the items')
    .option('--ids', 'also name items by the catalogue of the home')
    .option('--rows <n>', 'at most so many', wholeNumber(1), 20)
    .addHelpText(
      'after',
      `
The message is the name in protos/explore/v1; the file holds its bytes, or the JSON that grpcurl prints.

Example:
  explore wire ScoreResponse answer.json --request request.json --ids`,
    )
    .action(async (message, file, options) =>
      (await import('./wire.ts')).wire(message, file, options),
    )

  const keys = program
    .command('keys')
    .description('the API keys of the server: with the first one, it asks everyone for a key')
  under(keys, 'add <name>', 'make a key, and tell it this once: only its hash is kept')
    .addOption(
      new Option('--role <role>', 'what it is for')
        .choices(['service', 'admin', 'viewer'])
        .makeOptionMandatory(),
    )
    .option('--user <id>', 'role viewer: whose pages and events')
    .option('--per-second <n>', 'requests, where the settings are not to say', wholeNumber(1))
    .addHelpText('after', '\nExample:\n  explore keys add shop --role service')
    .action(async (name, options) => (await import('./keys.ts')).keysAdd(name, options))
  under(keys, 'list', 'names and roles').action(async options =>
    (await import('./keys.ts')).keysList(options),
  )
  under(
    keys,
    'remove <name>',
    'refuse a key from now on; a running server does within a second',
  ).action(async (name, options) => (await import('./keys.ts')).keysRemove(name, options))

  command('top [urls...]', 'live rates, latencies, rungs, lag and bundle of services, until Ctrl-C')
    .option('--every <seconds>', 'between two looks', wholeNumber(1, 3600), 2)
    .option('--once', 'one look, then end')
    .addHelpText('after', '\nExample:\n  explore top http://127.0.0.1:8080 http://127.0.0.1:8090')
    .action(async (urls, options) => (await import('./top.ts')).top(urls, options))

  addEvaluations(program, homeOption)

  reporting(
    'bench [part]',
    'measure a trained home: cost per page, latency under load, events, freshness, memory; or fleet: the same over gRPC; or faults: pages while each service and each pair is killed, frozen, cut off, slow or garbled; or ann: the index against the library that it stands on (ann-million: up to a million items); or overload: pages in time at twice of what it can do; or observe: what metrics, logs and traces cost; or plan: what a page costs each service, for explore plan; or soak: a day in --seconds, with a hot item, a restart and a swap; or events: over a Kafka and a Redis of its own; or train: the speed of training; or warm-start: what going on from older models is worth',
  )
    .option('--seconds <n>', 'length of each open-loop run', wholeNumber(1), 10)
    .option('--report <file>', 'soak: the page that it draws', 'soak.html')
    .option('--image <name>', 'soak: runs a container of it, by podman, in place of a process')
    .option('--compare <file>', 'also compare with what an earlier run printed with --json')
    .addHelpText('after', '\nExamples:\n  explore bench --json > bench.json\n  explore bench train')
    .action(async (part = 'home', options) => (await import('./bench.ts')).bench(part, options))

  const topics = program.command('topics').description('the topics of the Kafka in EXPLORE_EVENTS')
  under(topics, 'create', 'make those that are missing, compare the others with the contract')
    .option('--partitions <n>', 'of the events, for good', wholeNumber(1, 1000))
    .option('--replicas <n>', 'default: 3, or one on each broker', wholeNumber(1, 9))
    .action(async options => (await import('./bus.ts')).topicsCreate(options))

  reporting(
    'lag',
    'how far the state is behind each partition of the Kafka in EXPLORE_EVENTS',
  ).action(async options => (await import('./bus.ts')).lag(options))

  const dlq = program.command('dlq').description('dead letters: records that could not be used')
  under(dlq, 'list', 'how many there are, why, and the last ones')
    .option('--limit <n>', 'of the last ones', wholeNumber(1), 20)
    .action(async options => (await import('./bus.ts')).dlqList(options))
  under(dlq, 'show', 'one with its bytes, headers and error')
    .requiredOption('--offset <n>', 'as list names it', wholeNumber(0))
    .action(async options => (await import('./bus.ts')).dlqShow(options.offset, options))
  under(dlq, 'replay', 'send the records again that came since the last replay; twice is safe')
    .option('--offset <n>', 'only this one', wholeNumber(0))
    .option('--all', 'also those that were replayed before')
    .action(async options => (await import('./bus.ts')).dlqReplay(options))

  program
    .command('dev <server>')
    .description('run a real kafka or redis for development, empty, until Ctrl-C')
    .option('--nodes <n>', '1, or 3 for a cluster', wholeNumber(1, 9), 1)
    .option('--port <port>', 'of the first node', wholeNumber(1, 65_535))
    .option('--json', 'the address as one JSON document')
    .addHelpText('after', '\nExample:\n  explore dev kafka --nodes 3 --port 19092')
    .action(async (server, options) => (await import('./dev.ts')).dev(server, options))

  reporting(
    'rebuild',
    'fold the log anew into Redis beside what serves, then switch; nothing stops meanwhile',
  )
    .option(
      '--snapshot <name>',
      'go on from it instead of the start of the log; or latest, or a file',
    )
    .action(async options => (await import('./rebuild.ts')).rebuild(options))

  const snapshot = program
    .command('snapshot')
    .description('the fold of the log in files, to rebuild from')
  under(snapshot, 'write', 'fold the log into a file of the home, on from the last one')
    .option('--whole', 'from the start of the log')
    .action(async options => (await import('./rebuild.ts')).snapshotWrite(options))
  under(snapshot, 'list', 'those of the home, oldest first').action(async options =>
    (await import('./rebuild.ts')).snapshotList(options),
  )

  addOperating(program, under)

  reporting('doctor', 'look at the machine and the home, say what is wrong and what to do').action(
    async options => (await import('./doctor.ts')).doctor(options),
  )

  return program
}
