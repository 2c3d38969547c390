// Compiles what services are made of, into the folder that NODE_COMPILE_CACHE names: a container starts with it.
import '../apps/cli/src/commands/serve.ts'
import '../libs/embedded/src/page-engine.ts'
