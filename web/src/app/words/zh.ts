import activity from '@/modules/activity/zh.json'
import customers from '@/modules/customers/zh.json'
import exchange from '@/modules/exchange/zh.json'
import notifications from '@/modules/notifications/zh.json'
import org from '@/modules/org/zh.json'
import sales from '@/modules/sales/zh.json'
import service from '@/modules/service/zh.json'
import record from '@/record/zh.json'
import settings from '@/settings/zh.json'
import ui from '@/ui/zh.json'
import app from '../zh.json'

/** The words of every room under the room's name. Chinese is the source; `en.ts` has the same keys. */
export default { ui, record, settings, org, customers, activity, sales, service, app, exchange, notifications }
