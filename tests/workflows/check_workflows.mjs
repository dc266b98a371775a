// node check_workflows.mjs SOURCE: GitHub's own language service reads SOURCE/.github/workflows, and what it says of them is
// an error. So is a file of this project that a workflow names and that is not there.
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import { register } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

// The package imports JSON as bundlers let it: Node would want it to say so.
const hook = `import { readFileSync } from 'node:fs'
export const load = (url, context, next) => url.endsWith('.json')
  ? { format: 'module', shortCircuit: true, source: 'export default ' + readFileSync(new URL(url), 'utf8') }
  : next(url, context)`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
const { validate } = await import('@actions/languageservice/validate')
const { registerLogger } = await import('@actions/languageservice/log')

const source = process.argv[2]
const folder = join(source, '.github', 'workflows')
registerLogger({ info() {}, log() {}, warn() {}, error: console.error })

// The called workflows lie beside the caller.
const fileProvider = {
  getFileContent: async ({ path }) => ({ name: path, content: readFileSync(join(source, path), 'utf8') }),
}

async function faults(name, text) {
  const document = {
    uri: pathToFileURL(join(folder, name)).href,
    languageId: 'yaml',
    getText: () => text,
    positionAt(offset) {
      const before = text.slice(0, offset).split('\n')
      return { line: before.length - 1, character: before.at(-1).length }
    },
    offsetAt: ({ line, character }) =>
      text.split('\n').slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character,
    lineCount: text.split('\n').length,
  }
  const said = await validate(document, { fileProvider })
  const found = said.map(({ range, message }) => `${name}:${range.start.line + 1}: ${message}`)
  for (const [, script] of text.matchAll(/\b((?:tests|samples)[\\/][\w\\/]+\.(?:ps1|sh))\b/g)) {
    const path = script.replaceAll('\\', '/')
    if (!existsSync(join(source, path))) found.push(`${name}: there is no ${path}`)
  }
  return found
}

// That it can fail: each of these has one fault.
const wrong = {
  key: ['runs-on: ubuntu-24.04', 'runs-onn: ubuntu-24.04'],
  expression: ['echo', 'echo ${{ nonsense.x }}'],
  event: ['push', 'pushed'],
  file: ['echo', 'tests/no_such.sh'],
}
const right = 'on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo\n'
const untold = []
if ((await faults('right.yml', right)).length !== 0) untold.push('finds fault with what is right')
for (const [what, [from, to]] of Object.entries(wrong)) {
  if ((await faults(`${what}.yml`, right.replace(from, to))).length === 0) {
    untold.push(`does not notice a wrong ${what}`)
  }
}

const names = readdirSync(folder).filter((name) => name.endsWith('.yml'))
const found = untold
for (const name of names) found.push(...(await faults(name, readFileSync(join(folder, name), 'utf8'))))
for (const fault of found) console.error(fault)
console.log(`${names.length} workflows, ${found.length} faults`)
process.exitCode = found.length === 0 && names.length > 0 ? 0 : 1
