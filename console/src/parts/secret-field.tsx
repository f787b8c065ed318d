/** Shows a secret as a whole, to be copied. */
import { useId, type ReactElement } from 'react';
import { CopyButton } from './copy-button.tsx';

export function SecretField(props: {
  readonly name: string;
  /** For the announcement, such as `client secret`. */
  readonly what: string;
  readonly value: string;
}): ReactElement {
  const { name, what, value } = props;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{name}</label>
      <div className="secret">
        <textarea
          id={id}
          className="mono"
          rows={1}
          readOnly
          autoComplete="off"
          spellCheck="false"
          value={value}
          onFocus={(event) => {
            event.target.select();
          }}
        />
        <CopyButton text={value} what={what} tone="main">
          Copy
        </CopyButton>
      </div>
    </div>
  );
}
