import type { WebModule } from '@/record/module'

/** Every module of the web application, one line each. */
export const modules: WebModule[] = []
