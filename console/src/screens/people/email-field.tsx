/** Asks for the e-mail address of a person. */
import type { ReactElement } from 'react';
import { TextField } from '../../parts/fields.tsx';

export function EmailField(props: {
  readonly email: string;
  readonly onChange: (email: string) => void;
  readonly fault: string | undefined;
  readonly hint?: string;
}): ReactElement {
  const { email, onChange, ...rest } = props;
  return <TextField label="E-mail address" type="email" autoFocus value={email} onChange={onChange} {...rest} />;
}
