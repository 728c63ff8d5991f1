/** The bytes of a character in GB18030, read backwards from what the platform can decode. */
const bytes = new Map<string, number[]>()
const decoder = new TextDecoder('gb18030')
for (let first = 0x81; first <= 0xfe; first++)
  for (let second = 0x40; second <= 0xfe; second++) {
    if (second === 0x7f) continue
    const char = decoder.decode(Uint8Array.of(first, second))
    if (char !== '\ufffd' && char.length === 1 && !bytes.has(char)) bytes.set(char, [first, second])
  }

/** A text as spreadsheets of Chinese offices save it. */
export function encode(text: string): Buffer {
  return Buffer.from(
    [...text].flatMap((char) => {
      const code = char.charCodeAt(0)
      const found = code < 0x80 ? [code] : bytes.get(char)
      if (!found) throw new Error(`${char} is not among the two-byte characters`)
      return found
    }),
  )
}

export const decode = (data: Uint8Array) => decoder.decode(data)
