import { queryOptions } from '@tanstack/react-query'
import { space } from '@/api/client'
import { meQuery, queryClient, renew } from '@/api/queries'
import { allQuery } from '@/settings/data'

export const usersQuery = allQuery(
  'user',
  ['name', 'email', 'phone', 'title', 'department', 'manager', 'roles', 'active'],
  'name',
)
export const departmentsQuery = allQuery('department', ['name', 'parent', 'head'], 'name')
export const rolesQuery = allQuery('role', ['name', 'label', 'rights'])

/** How a user signs in; what else is known of them stands in their record. */
export type Entrance = { id: string; email: string; state: 'active' | 'invited'; seen_at: string | null }

export const entrancesQuery = queryOptions({
  queryKey: ['people'],
  queryFn: () => space.get<{ data: Entrance[]; mail: boolean }>('/people'),
})

/** Asks again for all that people, departments and roles decide, one's own rights among it. */
export function renewPeople() {
  for (const object of ['user', 'department', 'role']) renew(object)
  void queryClient.invalidateQueries({ queryKey: entrancesQuery.queryKey })
  void queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
}
