// Runs before the first paint, so that the page never flashes in the wrong theme or language.
// It is a file of its own because the content security policy allows no inline script.
;(() => {
  const root = document.documentElement
  let theme = null
  let lang = null
  try {
    theme = localStorage.getItem('theme')
    lang = localStorage.getItem('lang')
  } catch {}
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.classList.toggle('dark', dark)
  root.lang = (lang || (/^zh/i.test(navigator.language) ? 'zh' : 'en')) === 'en' ? 'en' : 'zh-CN'
})()
