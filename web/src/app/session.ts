import { account, space } from '@/api/client'
import { meQuery, queryClient } from '@/api/queries'
import type { Me } from '@/api/types'
import type { Lang } from '@/ui/format'
import { setLanguage } from '@/ui/i18n'

/** Ends the session on the server and forgets everything that was read in it. */
export async function signOut() {
  await account.post('/sign-out').catch(() => undefined)
  queryClient.clear()
  location.assign('/sign-in')
}

/** Speaks another language from now on, here and wherever this person signs in next. */
export async function chooseLanguage(lang: Lang) {
  await setLanguage(lang)
  // The choice holds in this browser even when the server cannot keep it just now.
  const answer = await space.patch<Me>('/me', { locale: lang }).catch(() => undefined)
  if (answer) queryClient.setQueryData(meQuery.queryKey, answer.data)
}
