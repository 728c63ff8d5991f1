export type Person = { id: string; name: string }

/** What is being typed after an @ right before the caret; nothing while no name is being typed. */
export function mentionAt(text: string, caret: number): { from: number; query: string } | undefined {
  const typed = /@([^\s@，。；：、,;:]{0,20})$/.exec(text.slice(0, caret))
  return typed ? { from: caret - typed[0].length, query: typed[1] ?? '' } : undefined
}

/** Those of the people picked who are still named in the text. */
export const mentioned = (text: string, picked: Person[]): string[] => [
  ...new Set(picked.filter((person) => text.includes(`@${person.name}`)).map((person) => person.id)),
]
