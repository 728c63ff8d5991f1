import { defineKind } from '../kind'
import { PlainInput, textOps } from '../plain'

/** Only web addresses become links: anything else, such as `javascript:`, stays text. */
const web = (value: string) => /^https?:\/\//i.test(value)

export const kind = defineKind<string>({
  Show: ({ value }) =>
    web(value) ? (
      <a
        href={value}
        target="_blank"
        rel="noreferrer noopener"
        className="truncate text-primary-text hover:underline"
        onClick={(event) => event.stopPropagation()}
      >
        {value.replace(/^https?:\/\/(www\.)?/i, '').replace(/\/$/, '')}
      </a>
    ) : (
      <span className="truncate">{value}</span>
    ),
  Edit: (props) => <PlainInput {...props} inputMode="url" />,
  ops: [...textOps],
  width: 180,
})
