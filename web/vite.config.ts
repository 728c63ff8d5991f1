import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Writes .br and .gz twins beside each built file, so that the server never compresses them at run time. */
function precompress(): Plugin {
  let out = ''
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      out = config.build.outDir
    },
    closeBundle() {
      for (const file of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|html|svg|json|webmanifest)$/.test(file)) continue
        const bytes = readFileSync(join(out, file))
        if (bytes.length < 1024) continue
        writeFileSync(join(out, `${file}.gz`), gzipSync(bytes, { level: 9 }))
        writeFileSync(
          join(out, `${file}.br`),
          brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
        )
      }
      // Go embeds the folder also before it is built, which needs one file to be there.
      writeFileSync(join(out, '.gitkeep'), '')
    },
  }
}

const server = process.env.YOUPENG_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), tailwindcss(), precompress()],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  server: { port: 5173, proxy: { '^/(w/[^/]+/)?api/': server } },
  build: { outDir: 'dist', emptyOutDir: true, target: 'baseline-widely-available', reportCompressedSize: false },
})
