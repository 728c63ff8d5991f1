import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Lang } from './format'

type Words = Record<string, unknown>

function preferred(): Lang {
  try {
    const lang = localStorage.getItem('lang')
    if (lang === 'zh' || lang === 'en') return lang
  } catch {}
  return /^zh/i.test(navigator.language) ? 'zh' : 'en'
}

/** A name as it stands inside an English sentence: Tickets are tickets there, and a VIP stays one. */
export const within = (name: unknown) => {
  const text = String(name)
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}

let loadEnglish: () => Promise<Words>

/** Chinese is the source and comes with the application; English is fetched when someone reads it. */
export async function startWords(zh: Words, english: () => Promise<Words>) {
  loadEnglish = english
  await i18next.use(initReactI18next).init({
    lng: 'zh',
    fallbackLng: 'zh',
    resources: { zh: { translation: zh } },
    interpolation: { escapeValue: false },
  })
  i18next.services.formatter?.add('word', within)
  await switchTo(preferred(), false)
}

async function switchTo(lang: Lang, keep: boolean) {
  if (lang === 'en' && !i18next.hasResourceBundle('en', 'translation'))
    i18next.addResourceBundle('en', 'translation', await loadEnglish())
  await i18next.changeLanguage(lang)
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
  if (!keep) return
  try {
    localStorage.setItem('lang', lang)
  } catch {}
}

/** Switches the language of everything on the page, without a reload, and remembers it. */
export const setLanguage = (lang: Lang) => switchTo(lang, true)

/** Takes the account's language where this browser has none of its own yet. */
export async function suggestLanguage(locale: string | undefined) {
  try {
    if (localStorage.getItem('lang') || !locale) return
  } catch {}
  await switchTo(locale?.startsWith('en') ? 'en' : 'zh', false)
}
