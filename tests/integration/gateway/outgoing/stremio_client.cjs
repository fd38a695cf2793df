// Talks to an addon with Stremio's own client, has its own linter look at the manifest, and prints what it got as JSON.
// Arguments: the package.json beside which the client is installed, and the manifest's address.
const { createRequire } = require('node:module')
const installed = createRequire(process.argv[2])
const { AddonClient, detectFromURL } = installed('stremio-addon-client')
const { lintManifest } = installed('stremio-addon-linter')

async function main() {
  const found = await detectFromURL(process.argv[3])
  const addon = found.addon
  const get = (...words) => addon.get(...words)
  const first = await get('catalog', 'series', 'wellspring')
  const second = await get('catalog', 'series', 'wellspring', { skip: 100 })
  const search = await get('catalog', 'series', 'wellspring', { search: 'Tom & Jerry / 100% = fun?' })
  const meta = await get('meta', 'series', search.metas[0].id)
  const stream = await get('stream', 'series', meta.meta.videos[0].id)
  const unknown = await get('meta', 'series', 'wsp:999999999').then(() => null, error => error.message || error.err)
  const url = stream.streams[0].url
  const scan = await fetch(url, { method: 'HEAD', redirect: 'manual' })
  const look = await fetch(url, { headers: { range: 'bytes=0-0' }, redirect: 'manual' })
  const lint = lintManifest(addon.manifest)
  process.stdout.write(JSON.stringify({
    lint: [...lint.errors, ...lint.warnings].map(each => each.message),
    manifest: addon.manifest,
    supported: [addon.isSupported('stream', 'series', 'tt0898266:9:17'), addon.isSupported('stream', 'series', 'kitsu:1')],
    first: first.metas.length,
    second: second.metas.map(each => each.name),
    search: search.metas,
    meta: meta.meta,
    stream: stream.streams,
    unknown,
    answers: [scan, look].map(each => [each.status, each.headers.get('location')]),
  }))
}

if (typeof AddonClient !== 'function') throw new Error('no client')
main().catch(error => {
  process.stderr.write(`${error.stack || JSON.stringify(error)}\n`)
  process.exitCode = 1
})
